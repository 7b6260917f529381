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
  ["run.step_completed.v1", { step: "read", attempt: 1, output: text("a") }],
  ["run.completed.v1", { output: text("b") }],
);

test("an event joins the log, and the run stays as it was read", () => {
  const after = fold(started(), logOf(["run.dreamt.v9", { of: "sheep" }]));
  expect(after.events.map(({ type }) => type)).toEqual(["run.started.v1", "run.dreamt.v9"]);
  expect(after.run).toEqual(someRun());
});

test("an event that is known already changes nothing at all", () => {
  const state = fold(started(), toTheEnd);
  expect(fold(state, toTheEnd)).toBe(state);
});

test("an event that leaves a hole is refused", () => {
  const [, , third] = toTheEnd;
  expect(third && applyEvent(started(), third)).toBe("gap");
});

test("a newer reading takes the place of the one before, an older one does not", () => {
  const state = fold(started(), toTheEnd);
  expect(reconcile(state, { ...someRun(), position: 999 }).run.position).toBe(999);
  expect(reconcile(state, { ...someRun(), position: 1 })).toBe(state);
  expect(reconcile(state, { ...someRun(), status: "waiting" }).run.status).toBe("waiting");
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
