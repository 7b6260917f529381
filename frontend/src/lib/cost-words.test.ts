import { expect, test } from "vitest";
import { asksModel, costFor, costWords, rangeWords } from "~/lib/cost-words";
import { someCost, someTemplate } from "~/testing/some-template";

test.each([
  [0, 0, "nothing"],
  [412, 31_984, "$0.00041 to $0.032"],
  [99, 100, "$0.000099 to $0.0001"],
  [1_234_567, 9_876_543, "$1.20 to $9.90"],
  [0, 7, "$0 to $0.000007"],
  [250, 250, "$0.00025"],
  [250, null, "at least $0.00025, at most unknown"],
  [null, null, "unknown"],
])("a cost from %s to %s is %s", (low, high, words) => {
  expect(costWords(someCost(low, high))).toBe(words);
});

test("a range without an upper bound says at least", () => {
  expect(rangeWords({ low: 4, high: 1200 })).toBe("4 to 1,200");
  expect(rangeWords({ low: 4, high: 4 })).toBe("4");
  expect(rangeWords({ low: 4, high: null })).toBe("at least 4");
});

test("a template is spared a model only by the field that it names", () => {
  const table = someTemplate({ needs_model: true, spared_by: "sql" });
  expect(asksModel(table, { csv: "a", sql: "SELECT 1" })).toBe(false);
  expect(asksModel(table, { csv: "a", sql: "" })).toBe(true);
  expect(asksModel(table, undefined)).toBe(true);
  expect(asksModel(someTemplate({ needs_model: true }), { "": "x" })).toBe(true);
  expect(asksModel(someTemplate(), undefined)).toBe(false);
});

test("the cost is that of the chosen model, or of one that can do it", () => {
  const reference = someCost(1, 2, "openai/reference");
  const chosen = someCost(3, 4, "openai/chosen");
  expect(costFor("openai/chosen", [reference], [chosen])).toBe(chosen);
  expect(costFor("offline/extractive", [reference], [])).toBe(reference);
  expect(costFor("openai/chosen", [], undefined)).toBeUndefined();
});
