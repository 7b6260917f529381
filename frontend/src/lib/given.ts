import { placeOf, readJson } from "~/lib/json-text";
import { faultOf } from "~/lib/text-document";

/** What an input is: a text, or data, which is written as JSON. */
export type Form = "text" | "json";

/** What somebody gives as the input of a run, as it stands in the fields. */
export interface Given {
  form: Form;
  title: string;
  text: string;
}

export type GivenFaults = Partial<Record<"title" | "text", string>>;

export interface RunInput {
  title: string;
  text?: string;
  data?: unknown;
}

/** What stands against sending it, by field. */
export function givenFaults(given: Given): GivenFaults {
  const text = given.form === "json" ? jsonFault(given.text) : faultOf(given.text);
  return {
    ...(given.title.trim() === "" && { title: "Give the input a title." }),
    ...(text !== undefined && { text }),
  };
}

/** The same as the API takes it. Only for what has no faults. */
export function toRunInput(given: Given): RunInput {
  const title = given.title.trim();
  if (given.form === "text") return { title, text: given.text };
  const reading = readJson(given.text);
  return { title, data: reading.ok ? reading.value : undefined };
}

function jsonFault(text: string): string | undefined {
  if (text.trim() === "") return "There is no JSON in it.";
  const reading = readJson(text);
  if (reading.ok) return undefined;
  const { line, column } = placeOf(text, reading.at);
  return `Line ${line}, column ${column}: ${reading.why}`;
}

export type Brought = { content: unknown } | { mistake: string };

/** What may come with something: nothing, a text, or data where it begins like a JSON object or list. */
export function broughtBy(written: string): Brought {
  const text = written.trim();
  if (text === "") return { content: undefined };
  if (!/^[[{]/.test(text)) return { content: written };
  const reading = readJson(text);
  if (reading.ok) return { content: reading.value };
  const { line, column } = placeOf(text, reading.at);
  return { mistake: `It begins like JSON, but line ${line}, column ${column}: ${reading.why}` };
}
