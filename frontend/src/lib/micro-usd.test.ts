import { expect, test } from "vitest";
import { microUsd } from "~/lib/micro-usd";

test.each([
  ["0.50", 500_000],
  ["$2", 2_000_000],
  ["0.0000001", 1],
  ["", undefined],
  ["-1", undefined],
  ["much", undefined],
])("%s dollars are %s micro-dollars", (dollars, amount) => {
  expect(microUsd(dollars)).toBe(amount);
});
