export type JsonReading = { ok: true; value: unknown } | { ok: false; at: number; why: string };

export interface Place {
  line: number;
  column: number;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /(?:true|false|null)\b/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const DEEPEST = 500;

/** What a JSON text says, or the first place at which it is none, or at which its value could not be sent unchanged. */
export function readJson(text: string): JsonReading {
  try {
    new Scanner(text).scan();
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof Mistake) return { ok: false, at: error.at, why: error.message };
    throw error;
  }
}

/** Line and column, from 1, of a place in a text. */
export function placeOf(text: string, at: number): Place {
  const lines = text.slice(0, at).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

class Mistake extends Error {
  readonly at: number;

  constructor(at: number, why: string) {
    super(why);
    this.at = at;
  }
}

/** Browsers name the place of a mistake each in its own way, or not at all; so the text is gone through here. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    this.#value(0);
    if (this.#at < this.#text.length)
      throw new Mistake(this.#at, "the JSON ends before this; nothing may follow it");
  }

  #value(depth: number): void {
    this.#take(SPACE);
    const next = this.#text[this.#at];
    if (depth > DEEPEST) throw new Mistake(this.#at, `this lies deeper than ${DEEPEST} levels`);
    if (next === "{") this.#object(depth);
    else if (next === "[") this.#array(depth);
    else if (next === '"') this.#string();
    else if (!this.#number() && !this.#take(WORD)) throw new Mistake(this.#at, wanted(next));
    this.#take(SPACE);
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    this.#members("}", () => {
      const from = this.#at;
      if (this.#text[from] !== '"')
        throw new Mistake(from, "a name in double quotation marks is expected here");
      this.#string();
      const key: string = JSON.parse(this.#text.slice(from, this.#at));
      if (keys.has(key)) throw new Mistake(from, `the name “${key}” stands here a second time`);
      keys.add(key);
      this.#take(SPACE);
      if (this.#text[this.#at] !== ":")
        throw new Mistake(this.#at, "a colon is expected here, after the name");
      this.#at += 1;
      this.#value(depth + 1);
    });
  }

  #array(depth: number): void {
    this.#members("]", () => this.#value(depth + 1));
  }

  #members(end: string, member: () => void): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      member();
      const next = this.#text[this.#at];
      if (next !== "," && next !== end)
        throw new Mistake(
          this.#at,
          `${next === undefined ? "the text ends, but " : ""}a comma or ${end} is expected here`,
        );
      const comma = this.#at;
      this.#at += 1;
      if (next === end) return;
      this.#take(SPACE);
      if (this.#text[this.#at] === end) throw new Mistake(comma, `no comma may stand before ${end}`);
    }
  }

  #string(): void {
    const from = this.#at;
    this.#at += 1;
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(unit)) throw new Mistake(from, "this string has no closing quotation mark");
      if (unit < 0x20)
        throw new Mistake(
          this.#at,
          "a string may not go over the end of a line, or hold a tab; write \\n or \\t",
        );
      if (unit === 0x5c) {
        if (!this.#take(ESCAPE))
          throw new Mistake(this.#at, 'after this backslash none of " \\ / b f n r t u follows');
        continue;
      }
      this.#at += 1;
      if (unit === 0x22) return;
    }
  }

  #number(): boolean {
    const from = this.#at;
    const token = this.#take(NUMBER);
    if (!token) return false;
    const value = Number(token);
    const whole = /^-?\d+$/.test(token);
    if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value)))
      throw new Mistake(from, "a browser cannot send so large a number exactly; write it as a string");
    return true;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

function wanted(next: string | undefined): string {
  if (next === undefined) return "the text ends, but a value is expected here";
  if (next === "'" || next === "“" || next === "”")
    return 'strings stand in straight double quotation marks: "…"';
  return "a value is expected here: a string in double quotation marks, a number, true, false, null, { or [";
}
