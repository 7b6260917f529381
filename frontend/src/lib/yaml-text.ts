const INDENT = "  ";
const PLAIN = /^[A-Za-z_][\w ./+-]*$/;
const WORDS = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);

/** A JSON value as YAML that people like to read: lists and objects by indentation, long texts as blocks. */
export function yamlText(value: unknown): string {
  return isNested(value) ? `${nested(value, "").join("\n")}\n` : `${scalar(value)}\n`;
}

type Nested = readonly unknown[] | Record<string, unknown>;

function isNested(value: unknown): value is Nested {
  if (typeof value !== "object" || value === null) return false;
  return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

function nested(value: Nested, indent: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => listed(item, indent));
  return Object.entries(value).flatMap(([name, item]) => {
    const key = `${indent}${PLAIN.test(name) && !WORDS.has(name.toLowerCase()) ? name : JSON.stringify(name)}:`;
    if (isShortList(item)) return [`${key} [${item.map(scalar).join(", ")}]`];
    if (isNested(item)) return [key, ...nested(item, indent + INDENT)];
    return labelled(key, item, indent + INDENT);
  });
}

/** A list of words that fits into a line. */
function isShortList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const words = value.every((item) => typeof item === "string" && PLAIN.test(item));
  return words && value.join(", ").length < 80;
}

function listed(item: unknown, indent: string): string[] {
  if (!isNested(item)) return labelled(`${indent}-`, item, indent + INDENT);
  const lines = nested(item, indent + INDENT);
  return [`${indent}- ${lines[0]?.trimStart() ?? ""}`, ...lines.slice(1)];
}

function labelled(label: string, item: unknown, indent: string): string[] {
  if (typeof item === "string" && isBlock(item)) {
    const keep = item.endsWith("\n") ? "|" : "|-";
    const lines = item.replace(/\n$/, "").split("\n");
    return [`${label} ${keep}`, ...lines.map((line) => (line === "" ? "" : indent + line))];
  }
  return [`${label} ${scalar(item)}`];
}

/** Whether a text of several lines comes out of a block as it went in. */
function isBlock(text: string): boolean {
  return (
    text.includes("\n") &&
    /^[^\s]/.test(text) &&
    !/\n\n$/.test(text) &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a block cannot hold them
    !/[\t\r\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]| $| \n/.test(text)
  );
}

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  const plain = PLAIN.test(value) && !value.endsWith(" ") && !WORDS.has(value.toLowerCase());
  return plain ? value : JSON.stringify(value);
}
