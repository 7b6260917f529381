import { expect, test } from "vitest";
import { callWords, modelCallsByStep } from "~/features/runs/acting/model-calls";
import { logOf } from "~/testing/some-run";

const asked = (call: number, more: Record<string, unknown> = {}): [string, Record<string, unknown>] => [
  "run.call_begun.v1",
  { step: "answer", attempt: 1, call, model: "openai/a", ...more },
];
const answered = (call: number, more: Record<string, unknown> = {}): [string, Record<string, unknown>] => [
  "run.call_recorded.v1",
  { step: "answer", attempt: 1, call, model: "openai/a", ...more },
];
const calls = (...facts: Parameters<typeof logOf>) => modelCallsByStep(logOf(...facts)).get("answer");

test("each call stands once, with the model that was asked last and whether it is answered", () => {
  expect(calls(asked(0), answered(0), asked(1), asked(1, { model: "openai/b", tried: 1 }))).toEqual([
    { call: 0, model: "openai/a", answered: true },
    { call: 1, model: "openai/b", answered: false },
  ]);
});

test("each step has its own calls, and a step that asked no model has none", () => {
  const found = modelCallsByStep(logOf(asked(0), asked(0, { step: "other" })));
  expect([...found.keys()]).toEqual(["answer", "other"]);
  expect(calls()).toBeUndefined();
});

test("calls are counted from one for people, and one that makes a summary says so", () => {
  const words = (call: number) => callWords({ call, model: "openai/a", answered: true });
  expect(words(0)).toBe("Call 1");
  expect(words(1003)).toBe("The summary that call 4 is told");
});
