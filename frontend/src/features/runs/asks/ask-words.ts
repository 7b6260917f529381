import type { Ask } from "~/lib/api/types";

/** How long a note may be that goes with a decision. */
export const LONGEST_NOTE = 500;

const either = new Intl.ListFormat("en", { type: "disjunction" });

/** Who may decide or answer, as a sentence. */
export function whoMay(ask: Ask): string {
  const doing = ask.kind === "approval" ? "decide" : "answer";
  const open = ask.asked.some(({ roles, users }) => roles.length === 0 && users.length === 0);
  if (open) return `Whoever has the right to approve may ${doing}.`;
  const roles = [...new Set(ask.asked.flatMap((each) => each.roles))];
  const users = new Set(ask.asked.flatMap((each) => each.users)).size;
  const named = users === 1 ? "one person who is named" : `${users} people who are named`;
  const who = [
    ...(roles.length > 0 ? [`members with the role ${either.format(roles)}`] : []),
    ...(users ? [named] : []),
  ];
  return `${capital(who.join(", and "))} may ${doing}.`;
}

function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

export type Written = { value: unknown } | { mistake: string };

/** What somebody wrote as a value: JSON where a schema asks for more than a text, and the text as it is otherwise. */
export function written(text: string, schema: Ask["schema"]): Written {
  if (takesText(schema)) return text.trim() === "" ? { mistake: "Write something first." } : { value: text };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { mistake: 'This is not JSON. Texts stand in double quotes, as in {"name": "Ada"}.' };
  }
}

/** Whether a plain text is what is wanted. */
export function takesText(schema: Ask["schema"]): boolean {
  return schema === null || schema.type === "string";
}

/** What an answer can begin with: an object with the fields that the schema requires. */
export function sketch(schema: Ask["schema"]): string {
  if (takesText(schema)) return "";
  const { type, properties, required } = (schema ?? {}) as {
    type?: unknown;
    properties?: Record<string, { type?: unknown; enum?: unknown[] }>;
    required?: string[];
  };
  if (type !== "object" || !properties) return "";
  const names = required ?? Object.keys(properties);
  const filled = names.map((name) => [name, beginning(properties[name])]);
  return JSON.stringify(Object.fromEntries(filled), null, 2);
}

const BEGINNINGS: Record<string, unknown> = {
  string: "",
  boolean: false,
  integer: 0,
  number: 0,
  array: [],
  object: {},
};

function beginning(field: { type?: unknown; enum?: unknown[] } | undefined): unknown {
  if (field?.enum) return field.enum[0] ?? null;
  return BEGINNINGS[String(field?.type)] ?? null;
}

/** What tells one thing that is asked from another; the same step may ask again. */
export function askKey(ask: Ask): string {
  return `${ask.run_id} ${ask.step} ${ask.since}`;
}
