import { expect, test } from "vitest";
import { eventWords } from "~/features/runs/show/event-words";
import { fileName } from "~/features/runs/show/file-name";
import { logOf, someRun } from "~/testing/some-run";

const words = (type: string, data: Record<string, unknown>) => {
  const event = logOf([type, data]).at(-1);
  return event && eventWords(event, someRun().steps).words;
};

test.each([
  ["run.started.v1", { plan: [1] }, "The run started with 1 step"],
  ["run.step_scheduled.v1", { step: "read", attempt: 2 }, "The read was scheduled, attempt 2"],
  ["run.call_begun.v1", { step: "read", model: "openai/x" }, "The read asked openai/x"],
  [
    "run.call_served.v1",
    { step: "read", model: "openai/x" },
    "The read got an answer that openai/x had given before",
  ],
  [
    "run.call_recorded.v1",
    { step: "read", tokens: { input: 1200, output: 30 }, cost_micro_usd: null },
    "The read got an answer: 1,200 tokens in, 30 out, cost unknown",
  ],
  [
    "run.step_failed.v1",
    { step: "read", attempt: 1, detail: "slow", final: false },
    "The read failed in attempt 1, to be tried again: slow",
  ],
  ["run.failed.v1", { step: "read", detail: "no key" }, "The run failed at The read: no key"],
  ["run.cancelled.v1", { reason: "" }, "The run was cancelled"],
  ["run.cancelled.v1", { reason: "wrong file" }, "The run was cancelled: wrong file"],
  ["run.dreamt.v9", {}, "run.dreamt.v9"],
])("%s is told in words", (type, data, expected) => {
  expect(words(type, data)).toBe(expected);
});

test("a file gets a name that every system takes", () => {
  expect(fileName("Tidal power: a clock / no wind?", "text/markdown")).toBe("tidal-power-a-clock-no-wind.md");
  expect(fileName("…", "text/plain")).toBe("text.txt");
});
