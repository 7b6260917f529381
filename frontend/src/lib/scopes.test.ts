import { expect, test } from "vitest";
import { inWords } from "~/lib/scopes";

test("scopes are said in words, always in the same order", () => {
  const words = "See agents, workflows and runs · Start runs";
  expect(inWords(["runs:start", "read"])).toBe(words);
  expect(inWords(["read", "runs:start", "of a later version"])).toBe(words);
  expect(inWords([])).toBe("");
});
