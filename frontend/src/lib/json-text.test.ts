import { expect, test } from "vitest";
import { placeOf, readJson } from "~/lib/json-text";

const GOOD = [
  "{}",
  " [ ] ",
  "null",
  "-0.5e-3",
  '"a \\"quoted\\" \\u00e9 \\\\"',
  '{"a": [1, 2.50, {"b": null}], "": "", "__proto__": true}\n',
  "9007199254740991",
  `${"[".repeat(400)}${"]".repeat(400)}`,
];

test.each(GOOD)("what is JSON is read as the browser reads it: %s", (text) => {
  expect(readJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
});

const BAD: [string, number, number, string][] = [
  ["", 1, 1, "a value is expected"],
  ["hello", 1, 1, "a value is expected"],
  ["nullable", 1, 1, "a value is expected"],
  ["{\n  'a': 1\n}", 2, 3, "double quotation marks"],
  ["{\"a\": 'x'}", 1, 7, "straight double"],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, "a comma or } is expected"],
  ['{"a": 1,\n}', 1, 8, "no comma may stand before }"],
  ["[1, 2,]", 1, 6, "no comma may stand before ]"],
  ['{"a" 1}', 1, 6, "a colon"],
  ['{"a": "x\n"}', 1, 9, "end of a line"],
  ['{"a": "x', 1, 7, "no closing quotation mark"],
  ['["\\x"]', 1, 3, "backslash"],
  ['{"a": 01}', 1, 8, "a comma or }"],
  ['{"a": 1', 1, 8, "the text ends"],
  ['{"a": 1} x', 1, 10, "nothing may follow"],
  ['{"a": 1, "\\u0061": 2}', 1, 10, "a second time"],
  ['{"id": 9007199254740993}', 1, 8, "write it as a string"],
  ["[1e999]", 1, 2, "write it as a string"],
  ["[".repeat(100_000), 1, 502, "deeper than 500"],
];

test.each(BAD)("what is none names its place: %s", (text, line, column, why) => {
  const reading = readJson(text);
  if (reading.ok) throw new Error("it was read as JSON");
  expect(reading.why).toContain(why);
  expect(placeOf(text, reading.at)).toEqual({ line, column });
});

test("a large text is read in one go", () => {
  const text = JSON.stringify({
    csv: "a,b\n".repeat(200_000),
    rows: Array.from({ length: 20_000 }, (_, at) => at),
  });
  expect(readJson(text).ok).toBe(true);
});
