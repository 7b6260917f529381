import { expect, test } from "vitest";
import { isComplete, userCode } from "~/features/device/user-code";

test.each([
  ["bcdfghjk", "BCDF-GHJK"],
  ["BCDF-GHJK", "BCDF-GHJK"],
  [" bcdf ghjk ", "BCDF-GHJK"],
  ["bcdf-ghjklm", "BCDF-GHJK"],
  ["bcd", "BCD"],
])("%j is the code %s", (typed, code) => {
  expect(userCode(typed)).toBe(code);
});

test("a code is complete with its eight letters", () => {
  expect(isComplete("BCDF-GHJK")).toBe(true);
  expect(isComplete("BCDF-GHJ")).toBe(false);
});
