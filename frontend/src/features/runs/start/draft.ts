import type { StartRun, Template } from "~/lib/api/types";
import { formatCount } from "~/lib/format";
import { placeOf, readJson } from "~/lib/json-text";
import { newKey } from "~/lib/new-key";
import { countCharacters, faultOf, MAX_CHARACTERS, titleOfText } from "~/lib/text-document";

export type Work = { kind: "template"; name: string } | { kind: "workflow"; id: string };

/** What an input is: a text, or data, which is written as JSON. */
export type Form = "text" | "json";

/** A run that is being prepared. Its key names this very content, so that sending it twice starts one run. */
export interface RunDraft {
  work: Work | undefined;
  form: Form;
  title: string;
  titleIsOwn: boolean;
  text: string;
  isSample: boolean;
  model: string | undefined;
  key: string;
}

export type Change =
  | { type: "template"; template: Template }
  | { type: "workflow"; id: string }
  | { type: "form"; form: Form }
  | { type: "title"; title: string }
  | { type: "text"; text: string }
  | { type: "document"; title: string; text: string }
  | { type: "sample"; sample: Template["sample"] }
  | { type: "model"; model: string };

export type Faults = Partial<Record<"work" | "title" | "text" | "model", string>>;

export function formOf(template: Template): Form {
  return template.sample.media_type.startsWith("application/json") ? "json" : "text";
}

export function emptyDraft(template: Template | undefined, model: string | undefined): RunDraft {
  return {
    work: template && { kind: "template", name: template.name },
    form: template ? formOf(template) : "text",
    title: "",
    titleIsOwn: false,
    text: "",
    isSample: false,
    model,
    key: newKey(),
  };
}

export function changeDraft(draft: RunDraft, change: Change): RunDraft {
  return { ...changed(draft, change), key: newKey() };
}

function changed(draft: RunDraft, change: Change): RunDraft {
  switch (change.type) {
    case "template": {
      const work: Work = { kind: "template", name: change.template.name };
      return inForm({ ...withoutSample(draft, work), work }, formOf(change.template));
    }
    case "workflow": {
      const work: Work = { kind: "workflow", id: change.id };
      return { ...withoutSample(draft, work), work };
    }
    case "form":
      return inForm(draft, change.form);
    case "title":
      return { ...draft, title: change.title, titleIsOwn: change.title !== "" };
    case "text":
      return { ...draft, text: change.text, isSample: false, title: titleWith(draft, change.text) };
    case "document":
      return { ...draft, text: change.text, title: change.title, titleIsOwn: false, isSample: false };
    case "sample":
      return {
        ...draft,
        text: change.sample.text,
        title: change.sample.title,
        titleIsOwn: false,
        isSample: true,
      };
    case "model":
      return { ...draft, model: change.model };
  }
}

/** A sample that nobody has changed belongs to its template and goes with it. */
function withoutSample(draft: RunDraft, next: Work): RunDraft {
  const same = draft.work?.kind === "template" && next.kind === "template" && draft.work.name === next.name;
  if (!draft.isSample || same) return draft;
  return { ...draft, text: "", isSample: false, title: draft.titleIsOwn ? draft.title : "" };
}

function titleWith(draft: RunDraft, text: string): string {
  return draft.titleIsOwn || draft.form === "json" ? draft.title : titleOfText(text);
}

/** A text brings its first line as its title unless one has been written; data brings none. */
function inForm(draft: RunDraft, form: Form): RunDraft {
  if (draft.form === form || draft.titleIsOwn) return { ...draft, form };
  const line = titleOfText(draft.text);
  if (form === "text") return { ...draft, form, title: draft.title || line };
  return { ...draft, form, title: draft.title === line ? "" : draft.title };
}

/** What stands against sending it, by field. */
export function faultsOf(draft: RunDraft): Faults {
  const text = draft.form === "json" ? jsonFaultOf(draft.text) : faultOf(draft.text);
  return {
    ...(draft.work === undefined && { work: "Choose what should be done." }),
    ...(draft.title.trim() === "" && { title: "Give the input a title." }),
    ...(text !== undefined && { text }),
  };
}

/** Where the text of a draft is not the JSON that it should be. */
export function mistakeIn(draft: RunDraft): number | undefined {
  if (draft.form === "text" || draft.text.trim() === "") return undefined;
  const reading = readJson(draft.text);
  return reading.ok ? undefined : reading.at;
}

function jsonFaultOf(text: string): string | undefined {
  if (text.trim() === "") return "There is no JSON in it. Write some, choose a file or load the sample.";
  const reading = readJson(text);
  if (!reading.ok) {
    const { line, column } = placeOf(text, reading.at);
    return `Line ${formatCount(line)}, column ${formatCount(column)}: ${reading.why}`;
  }
  if (reading.value === null) return "Null alone is no input. Give an object, a list, a string or a number.";
  const characters = countCharacters(JSON.stringify(reading.value));
  if (characters <= MAX_CHARACTERS) return undefined;
  return `${formatCount(characters)} characters are too many; the limit is ${formatCount(MAX_CHARACTERS)}.`;
}

/** The data of a draft, as far as its text is JSON. */
export function dataOf(draft: RunDraft): unknown {
  if (draft.form === "text") return undefined;
  const reading = readJson(draft.text);
  return reading.ok ? reading.value : undefined;
}

export function toRequest(draft: RunDraft): StartRun {
  const title = draft.title.trim();
  return {
    ...(draft.work?.kind === "template" && { template: draft.work.name }),
    ...(draft.work?.kind === "workflow" && { workflow_id: draft.work.id }),
    ...(draft.model !== undefined && { model: draft.model }),
    input: draft.form === "json" ? { title, data: dataOf(draft) } : { title, text: draft.text },
  };
}
