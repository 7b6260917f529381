import { expect, test } from "vitest";
import { sentence } from "~/lib/sentence";

test.each([
  ["the name or the password is wrong", "The name or the password is wrong."],
  ["Already a sentence!", "Already a sentence!"],
  ["openai/gpt-6 is away", "openai/gpt-6 is away."],
  ["z2.toml is missing", "z2.toml is missing."],
  ["  ", ""],
])("%j reads %j", (words, expected) => {
  expect(sentence(words)).toBe(expected);
});
