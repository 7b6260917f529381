import { expect, test } from "vitest";
import { actsByStep, type ToolUse } from "~/features/runs/acting/acts";
import { logOf, text } from "~/testing/some-run";

const at = (call: number, index = 0) => ({ step: "answer", attempt: 1, call, index });
const begun = (call: number, index = 0, tool = "calculate"): [string, Record<string, unknown>] => [
  "run.tool_begun.v1",
  { ...at(call, index), tool, arguments: text("given"), effect: "read" },
];
const ended = (call: number, more: Record<string, unknown> = {}): [string, Record<string, unknown>] => [
  "run.tool_ended.v1",
  { ...at(call), output: text("got"), ...more },
];
const uses = (...facts: Parameters<typeof logOf>) =>
  (actsByStep(logOf(...facts)).get("answer") ?? []) as ToolUse[];

test("a call of a tool is begun and then ended, with what it gave and how long it took", () => {
  expect(uses(begun(0))).toMatchObject([{ tool: "calculate", status: "begun", output: null }]);
  expect(uses(begun(0), ended(0, { duration_ms: 1200, untrusted: true }))).toMatchObject([
    { status: "ended", output: text("got"), durationMs: 1200, untrusted: true, problem: "" },
  ]);
});

test("one that failed says by which code, and one that was lost is in doubt until it is called again", () => {
  expect(uses(begun(0), ended(0, { output: null, problem: "timed_out" }))).toMatchObject([
    { status: "failed", problem: "timed_out", output: null },
  ]);
  const lost = uses(begun(0), ["run.tool_in_doubt.v1", at(0)]);
  expect(lost.map(({ status }) => status)).toEqual(["in_doubt"]);
  const again = uses(begun(0), ["run.tool_in_doubt.v1", at(0)], begun(0), ended(0));
  expect(again.map(({ status }) => status)).toEqual(["ended"]);
});

test("calls side by side end on their own, and each step has its own", () => {
  const found = actsByStep(
    logOf(begun(0, 0), begun(0, 1, "fetch-page"), ended(0), [
      "run.tool_begun.v1",
      { ...at(0), step: "other", tool: "recall", arguments: text("given"), effect: "read" },
    ]),
  );
  expect((found.get("answer") as ToolUse[]).map(({ tool, status }) => `${tool} ${status}`)).toEqual([
    "calculate ended",
    "fetch-page begun",
  ]);
  expect(found.get("other")).toHaveLength(1);
});

test("what a model is told less of stands between the calls", () => {
  const compacted = {
    ...at(1),
    method: "summarised",
    replaced: ["a", "b"],
    summary: null,
    tokens_before: 9000,
    tokens_after: 700,
  };
  const less: [string, Record<string, unknown>] = ["run.context_compacted.v1", compacted];
  expect(uses(begun(0), ended(0), less, begun(1), less)).toMatchObject([
    { kind: "tool", call: 0 },
    { number: 0, call: 1, method: "summarised", replaced: 2, tokensBefore: 9000, tokensAfter: 700 },
    { kind: "tool", call: 1 },
    { kind: "compaction", number: 1 },
  ]);
});

test("what a person or another agent does is waited for, and no other call is", () => {
  const suspended = (waits: Record<string, unknown>): [string, Record<string, unknown>] => [
    "run.step_suspended.v1",
    { step: "answer", attempt: 1, waits },
  ];
  const found = uses(begun(0, 0), begun(0, 1, "ask-person"), suspended({ for: "answer", call: 0, index: 1 }));
  expect(found.map(({ status }) => status)).toEqual(["begun", "waits"]);
  expect(uses(begun(0), suspended({ for: "time" })).map(({ status }) => status)).toEqual(["begun"]);
  expect(actsByStep(logOf(suspended({ for: "input" }))).size).toBe(0);
});

test("a log without tools has none", () => {
  expect(actsByStep(logOf(["run.step_begun.v1", { step: "answer", attempt: 1 }])).size).toBe(0);
});
