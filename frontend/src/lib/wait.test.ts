import { expect, test } from "vitest";
import { inWords } from "~/lib/wait";

test.each([
  [0, "in a second"],
  [1, "in a second"],
  [12.2, "in 13 seconds"],
  [89, "in 89 seconds"],
  [90, "in about 2 minutes"],
  [3600, "in about 60 minutes"],
  [7200, "in about 2 hours"],
])("%d seconds are said as a person says them", (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});
