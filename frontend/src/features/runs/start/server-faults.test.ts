import { expect, test } from "vitest";
import { allAtFields, faultsFrom } from "~/features/runs/start/server-faults";
import { Problem } from "~/lib/api/problem";

const refusal = (...errors: [string, string][]) =>
  new Problem(422, "Not valid", "", { errors: errors.map(([field, message]) => ({ field, message })) });

test("what the server finds stands at the field it is about", () => {
  const problem = refusal(
    ["input", "after is missing"],
    ["model", "none is ready"],
    ["input.title", "too long"],
  );
  expect(faultsFrom(problem)).toEqual({
    text: "after is missing",
    model: "none is ready",
    title: "too long",
  });
  expect(allAtFields(problem)).toBe(true);
  expect(faultsFrom(refusal(["input.data", "too many"]))).toEqual({ text: "too many" });
  expect(faultsFrom(refusal(["workflow_id", "archived"]))).toEqual({ work: "archived" });
});

test("a finding without a field of the form is told by itself", () => {
  expect(allAtFields(refusal(["model", "none"], ["budget.tokens", "too few"]))).toBe(false);
  expect(allAtFields(new Problem(503, "Away"))).toBe(false);
  expect(faultsFrom(undefined)).toEqual({});
});
