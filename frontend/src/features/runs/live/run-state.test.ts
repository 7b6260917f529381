import { expect, test } from "vitest";
import {
  applyDelta,
  applyDespiteGap,
  applyEvent,
  type Folded,
  initialState,
  type RunState,
  reconcile,
} from "~/features/runs/live/run-state";
import type { LogEvent } from "~/lib/api/types";
import type { Delta } from "~/lib/live/feed";
import { logOf, someRun, text } from "~/testing/some-run";

const tokens = { input: 100, output: 20, cached_input: 0 };
const recorded = { step: "read", attempt: 1, call: 1, model: "openai/x", tokens, cost_micro_usd: 7 };

function started(): RunState {
  return initialState(someRun(), logOf());
}

function fold(state: RunState, events: readonly LogEvent[]): RunState {
  return events.reduce((before, event) => whole(applyEvent(before, event)), state);
}

function whole(folded: Folded): RunState {
  if (folded === "gap") throw new Error("an unexpected gap");
  return folded;
}

function said(words: string, offset: number, attempt = 1, tried = 0): Delta {
  return { step: "read", attempt, offset, text: words, tried };
}

const toTheEnd = logOf(
  ["run.step_scheduled.v1", { step: "read", attempt: 1 }],
  ["run.step_begun.v1", { step: "read", attempt: 1 }],
  ["run.call_begun.v1", { step: "read", attempt: 1, call: 1, model: "openai/x" }],
  ["run.call_recorded.v1", recorded],
  ["run.step_completed.v1", { step: "read", attempt: 1, output: text("a") }],
  ["run.completed.v1", { output: text("b") }],
);

test("a step goes through scheduled and running to completed, with its times, tokens and cost", () => {
  const scheduled = fold(started(), toTheEnd.slice(0, 2));
  expect(scheduled.run.steps[0]).toMatchObject({ status: "scheduled", attempt: 1, started_at: null });
  const begun = fold(scheduled, toTheEnd.slice(0, 3));
  expect(begun.run.steps[0]).toMatchObject({ status: "running", started_at: "2026-11-22T10:00:02.000Z" });
  const done = fold(begun, toTheEnd.slice(0, 6));
  expect(done.run.steps[0]).toMatchObject({
    status: "completed",
    model: "openai/x",
    input_tokens: 100,
    output_tokens: 20,
    cost_micro_usd: 7,
    output: text("a"),
    ended_at: "2026-11-22T10:00:05.000Z",
  });
  expect(done.run).toMatchObject({
    steps_done: 1,
    input_tokens: 100,
    output_tokens: 20,
    cost_micro_usd: 7,
    status: "running",
  });
});

test("a completed run has its result and its end", () => {
  const { run } = fold(started(), toTheEnd);
  expect(run).toMatchObject({ status: "completed", output: text("b"), ended_at: "2026-11-22T10:00:06.000Z" });
});

test("a cost that one call does not know makes the cost of the run unknown", () => {
  const log = logOf(
    ["run.call_recorded.v1", recorded],
    ["run.call_recorded.v1", { ...recorded, cost_micro_usd: null }],
  );
  const { run } = fold(started(), log);
  expect(run.steps[0]?.cost_micro_usd).toBeNull();
  expect(run.cost_micro_usd).toBeNull();
  expect(run.input_tokens).toBe(200);
});

test("a step that fails for good says why, and a retry by a person sets the run going again", () => {
  const failed = logOf(
    ["run.step_begun.v1", { step: "read", attempt: 1 }],
    [
      "run.step_failed.v1",
      { step: "read", attempt: 1, code: "model_key_refused", detail: "no", final: true },
    ],
    ["run.failed.v1", { step: "read", code: "model_key_refused", detail: "no" }],
    ["run.step_retried.v1", { step: "read" }],
  );
  const before = fold(started(), failed.slice(0, 4));
  expect(before.run).toMatchObject({ status: "failed", error: { code: "model_key_refused", detail: "no" } });
  expect(before.run.steps[0]).toMatchObject({ status: "failed", error: { detail: "no" } });
  const after = fold(before, failed);
  expect(after.run).toMatchObject({ status: "running", error: null, ended_at: null });
  expect(after.run.steps[0]?.status).toBe("waiting");
});

test("a failure that is tried again leaves the step waiting with the reason shown", () => {
  const log = logOf([
    "run.step_failed.v1",
    { step: "read", attempt: 1, code: "x", detail: "slow", final: false },
  ]);
  expect(fold(started(), log).run.steps[0]).toMatchObject({ status: "waiting", error: { detail: "slow" } });
});

test("cancelling spares what was completed", () => {
  const log = logOf(
    ["run.step_completed.v1", { step: "read", attempt: 1, output: text("a") }],
    ["run.step_begun.v1", { step: "terms", attempt: 1 }],
    ["run.cancelled.v1", { reason: "" }],
  );
  const { run } = fold(started(), log);
  expect(run.steps.map((step) => step.status)).toEqual(["completed", "cancelled", "cancelled"]);
  expect(run.steps.map((step) => step.ended_at !== null)).toEqual([true, true, false]);
});

test("a lost worker and a call in doubt are shown", () => {
  const log = logOf(
    ["run.call_in_doubt.v1", { step: "read" }],
    ["run.step_lost.v1", { step: "read", attempt: 1 }],
  );
  expect(fold(started(), log).run.steps[0]).toMatchObject({ status: "waiting", calls_in_doubt: 1 });
});

test("an event of a kind that the page does not know joins the timeline and changes nothing else", () => {
  const after = fold(started(), logOf(["run.dreamt.v9", { of: "sheep" }]));
  expect(after.events).toHaveLength(2);
  expect({ ...after.run, position: 0 }).toEqual({ ...someRun(), position: 0 });
});

test("an event that is known already changes nothing at all", () => {
  const state = fold(started(), toTheEnd);
  expect(fold(state, toTheEnd)).toBe(state);
});

test("an event that leaves a hole is refused", () => {
  const [, , third] = toTheEnd;
  expect(third && applyEvent(started(), third)).toBe("gap");
});

test("what the reading of the run already contains is not counted twice", () => {
  const read = { ...someRun(), position: toTheEnd[4]?.position ?? 0, input_tokens: 100 };
  read.steps = read.steps.map((step) => (step.id === "read" ? { ...step, input_tokens: 100 } : step));
  const state = initialState(read, toTheEnd);
  expect(state.events).toHaveLength(7);
  expect(state.run).toMatchObject({ status: "completed", input_tokens: 100, steps_done: 1 });
});

test("a newer reading takes the place of the folded run, an older one does not", () => {
  const state = fold(started(), toTheEnd);
  expect(reconcile(state, { ...someRun(), position: 999 }).run.position).toBe(999);
  expect(reconcile(state, { ...someRun(), position: 1 })).toBe(state);
});

test("streamed pieces join to a text", () => {
  const state = [said("Hel", 0), said("lo", 3)].reduce(
    (before, piece) => whole(applyDelta(before, piece)),
    started(),
  );
  expect(state.drafts.read).toEqual({ attempt: 1, tried: 0, text: "Hello", length: 5 });
});

test("pieces that are replayed after a reconnection are said once", () => {
  const state = whole(applyDelta(started(), said("Hello", 0)));
  expect(applyDelta(state, said("Hel", 0))).toBe(state);
  expect(whole(applyDelta(state, said("lo you", 3))).drafts.read?.text).toBe("Hello you");
});

test("offsets count characters, also those that JavaScript counts as two", () => {
  const state = whole(applyDelta(started(), said("🌊🌊", 0)));
  expect(state.drafts.read?.length).toBe(2);
  expect(whole(applyDelta(state, said("🌊!", 1))).drafts.read?.text).toBe("🌊🌊!");
});

test("a higher attempt supersedes a lower one, which is not heard any more", () => {
  const state = whole(applyDelta(whole(applyDelta(started(), said("old", 0))), said("new", 0, 2)));
  expect(state.drafts.read).toMatchObject({ attempt: 2, text: "new" });
  expect(applyDelta(state, said("late", 3))).toBe(state);
});

test("an answer that broke off is superseded by the next one of its attempt", () => {
  const state = whole(applyDelta(whole(applyDelta(started(), said("gone", 0))), said("new", 0, 1, 1)));
  expect(state.drafts.read).toEqual({ attempt: 1, tried: 1, text: "new", length: 3 });
  expect(applyDelta(state, said("late", 4))).toBe(state);
  expect(whole(applyDelta(state, said("again", 0, 2, 0))).drafts.read?.text).toBe("again");
});

test("a missing piece is noticed, and left out visibly where it is gone for good", () => {
  const state = whole(applyDelta(started(), said("Hel", 0)));
  expect(applyDelta(state, said("you", 6))).toBe("gap");
  expect(applyDespiteGap(state, said("you", 6)).drafts.read).toEqual({
    attempt: 1,
    tried: 0,
    text: "… you",
    length: 9,
  });
});
