import { expect, test } from "vitest";
import { countCharacters, faultOf, readTextFile, titleOfFile, titleOfText } from "~/lib/text-document";

const file = (content: BlobPart, name = "tides.md") => new File([content], name);

test("a text file is read as it is", async () => {
  expect(await readTextFile(file("# Ebbe und Flut\nüber 9 m 🌊"))).toEqual({
    ok: true,
    text: "# Ebbe und Flut\nüber 9 m 🌊",
  });
});

test.each([
  ["an empty file", "", /is empty/],
  ["a file of blanks", " \n\t", /no text/],
  ["a file with NUL", "a\0b", /binary/],
  ["bytes that are not UTF-8", new Uint8Array([0x25, 0x50, 0xff, 0xfe]), /not UTF-8/],
  ["a million and one characters", "x".repeat(1_000_001), /1,000,001 characters are too many/],
  ["a file beyond what a million characters can take", new Uint8Array(4_000_001), /too large/],
])("%s is refused before it is sent", async (_, content, why) => {
  const reading = await readTextFile(file(content as BlobPart));
  expect(reading).toMatchObject({ ok: false, why: expect.stringMatching(why) });
});

test("a million characters are allowed, however many bytes they take", () => {
  expect(faultOf("🌊".repeat(1_000_000))).toBeUndefined();
  expect(countCharacters("a🌊b")).toBe(3);
});

test("a title comes from the name of the file or from the first line that says something", () => {
  expect(titleOfFile("northern_ferry-line.final.md")).toBe("northern ferry line.final");
  expect(titleOfFile(".md")).toBe(".md");
  expect(titleOfText("\n\n## Tidal power: a clock\nmore")).toBe("Tidal power: a clock");
  expect(titleOfText("word ".repeat(40))).toHaveLength(79);
  expect(titleOfText("")).toBe("");
});
