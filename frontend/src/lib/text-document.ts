export const MAX_CHARACTERS = 1_000_000;
export const MAX_TITLE = 80;
const MAX_BYTES = 4 * MAX_CHARACTERS;

export type Reading = { ok: true; text: string } | { ok: false; why: string };

/** Characters as the API counts them: code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff) pairs += 1;
  }
  return text.length - pairs;
}

/** Why this text cannot be worked on; undefined when it can. */
export function faultOf(text: string): string | undefined {
  if (text.trim() === "") return "There is no text in it. Paste some text or choose a file.";
  if (text.includes("\0")) return "This is binary data, not text. Save it as plain text or Markdown first.";
  const characters = countCharacters(text);
  if (characters > MAX_CHARACTERS) {
    return `${characters.toLocaleString("en")} characters are too many; the limit is ${MAX_CHARACTERS.toLocaleString("en")}.`;
  }
  return undefined;
}

/** A file's text, if it is UTF-8 text of a size that can be worked on. */
export async function readTextFile(file: File): Promise<Reading> {
  if (file.size === 0) return { ok: false, why: `“${file.name}” is empty.` };
  if (file.size > MAX_BYTES) {
    return {
      ok: false,
      why: `“${file.name}” is too large; the limit is ${MAX_CHARACTERS.toLocaleString("en")} characters.`,
    };
  }
  const decoded = decode(await file.arrayBuffer());
  if (decoded === undefined)
    return { ok: false, why: `“${file.name}” is not UTF-8 text. Save it as plain text or Markdown first.` };
  const fault = faultOf(decoded);
  return fault === undefined ? { ok: true, text: decoded } : { ok: false, why: `“${file.name}”: ${fault}` };
}

function decode(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A title for a document: the name of its file without the ending, in words. */
export function titleOfFile(name: string): string {
  return asTitle(name.replace(/\.[^.]+$/, "").replace(/[-_]+/g, " ")) || asTitle(name);
}

/** A title for pasted text: its first line that says something. */
export function titleOfText(text: string): string {
  const line = text.split("\n", 50).find((candidate) => candidate.trim() !== "") ?? "";
  return asTitle(line.replace(/^[#>*\s-]+/, ""));
}

function asTitle(text: string): string {
  return text.trim().slice(0, MAX_TITLE).trim();
}
