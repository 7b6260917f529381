import { expect, test } from "vitest";
import { eventWords } from "~/features/runs/show/event-words";
import { fileName } from "~/features/runs/show/file-name";
import { logOf, someRun, someStep } from "~/testing/some-run";

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
  ["run.started.v2", { nodes: [1, 2] }, "The run started with 2 steps"],
  ["run.failed.v1", { step: "", detail: "too late" }, "The run failed: too late"],
  [
    "run.step_opened.v1",
    { step: "each", opening: { opens: "spread", count: 1000 } },
    "each found 1,000 items",
  ],
  [
    "run.step_opened.v1",
    { step: "way", opening: { opens: "arm", arm: "quick" } },
    "way took the way “quick”",
  ],
  ["run.step_opened.v1", { step: "fork", opening: { opens: "fork" } }, "All that is inside fork began"],
  ["run.scope_begun.v1", { step: "each", key: "3" }, "Inside each, number 4 began"],
  ["run.step_suspended.v1", { step: "read", waits: { for: "approval" } }, "The read waits for an approval"],
  [
    "run.step_suspended.v1",
    { step: "read", waits: { for: "event", name: "paid" } },
    "The read waits for the event “paid”",
  ],
  [
    "run.approval_decided.v1",
    { step: "read", decision: "reject", note: "too long" },
    "A person rejected The read: too long",
  ],
  [
    "run.step_skipped.v1",
    { step: "read", reason: "person" },
    "The read was skipped: a person had the run go on without it",
  ],
  ["run.signalled.v1", { name: "paid" }, "The event “paid” arrived"],
  [
    "run.child_ended.v1",
    { step: "read", status: "completed", micro_usd: 20, tokens: 1500 },
    "The run that The read had started was completed: 1,500 tokens, $0.00002",
  ],
  [
    "run.charge_settled.v1",
    { micro_usd: null, tokens: 5 },
    "A call that counts for the run came to 5 tokens, cost unknown",
  ],
  ["run.paused.v1", { reason: "lunch" }, "The run was paused: lunch"],
  [
    "run.compensation_begun.v1",
    { step: "read", detail: "no" },
    "The read failed, and what was done is being undone: no",
  ],
  [
    "run.tool_begun.v1",
    { step: "read", call: 0, index: 0, tool: "remember", effect: "write" },
    "The read called the tool remember, which changes something here",
  ],
  [
    "run.tool_ended.v1",
    { step: "read", call: 0, index: 1, untrusted: true, duration_ms: 1200 },
    "Tool call 1.2 of The read gave what was written by others, after 1.2 s",
  ],
  [
    "run.tool_ended.v1",
    { step: "read", call: 1, index: 0, problem: "timed_out", duration_ms: null },
    "Tool call 2.1 of The read failed (timed_out)",
  ],
  [
    "run.tool_in_doubt.v1",
    { step: "read", call: 0, index: 0 },
    "Tool call 1.1 of The read is in doubt: it may have been done",
  ],
  [
    "run.context_compacted.v1",
    {
      step: "read",
      call: 3,
      method: "summarised",
      replaced: ["a", "b"],
      tokens_before: 9000,
      tokens_after: 700,
    },
    "For The read, 2 parts of what it is told were replaced by a summary: 9,000 tokens became 700",
  ],
  ["run.dreamt.v9", {}, "run.dreamt.v9"],
])("%s is told in words", (type, data, expected) => {
  expect(words(type, data)).toBe(expected);
});

test("a step inside another one is told by its path too", () => {
  const inner = { ...someStep("each.3.read"), owner: "each", scope: "each.3", agent_name: "Reader" };
  const event = logOf(["run.step_lost.v1", { step: "each.3.read", attempt: 1 }]).at(-1);
  const told = event && eventWords(event, [inner]).words;
  expect(told).toBe("The worker of Reader (each.3.read)’s attempt 1 was lost");
});

test("a file gets a name that every system takes", () => {
  expect(fileName("Tidal power: a clock / no wind?", "text/markdown")).toBe("tidal-power-a-clock-no-wind.md");
  expect(fileName("Sums", "application/json")).toBe("sums.json");
  expect(fileName("…", "text/plain")).toBe("text.txt");
});
