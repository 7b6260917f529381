import { yamlText } from "~/lib/yaml-text";

const FIRST = ["id", "kind", "title", "needs", "when"];
const LAST = ["nodes", "arms", "otherwise", "fall_back", "compensate"];
const LISTS = new Set(LAST);

/** A definition as a text that can be changed and published: each node begins with what tells it from others. */
export function workflowText(definition: Record<string, unknown>): string {
  return yamlText(ordered(definition));
}

function ordered(value: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(value);
  const middle = names.filter((name) => !FIRST.includes(name) && !LAST.includes(name));
  const all = [...FIRST, ...middle, ...LAST].filter((name) => name in value);
  return Object.fromEntries(all.map((name) => [name, LISTS.has(name) ? within(value[name]) : value[name]]));
}

function within(list: unknown): unknown {
  return Array.isArray(list) ? list.map((one) => (isObject(one) ? ordered(one) : one)) : list;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
