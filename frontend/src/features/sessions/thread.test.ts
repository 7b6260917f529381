import { expect, test } from "vitest";
import { canBeAnsweredAgain, thread, underWay } from "~/features/sessions/thread";
import type { SaidMessage } from "~/lib/api/types";

function said(id: string, after: string | null, more: Partial<SaidMessage> = {}): SaidMessage {
  const kind = id.startsWith("q") ? "question" : "answer";
  return {
    id,
    kind,
    after,
    by: "ada",
    at: "2026-11-22T10:00:00.000Z",
    text: id,
    media_type: "text/markdown",
    attachments: [],
    status: kind === "question" ? "said" : "completed",
    run_id: null,
    ended_at: null,
    tainted_by: [],
    code: "",
    detail: "",
    pinned: false,
    shortened: null,
    ...more,
  };
}

const straight = [said("q1", null), said("a1", "q1"), said("q2", "a1"), said("a2", "q2")];
const ids = (messages: readonly SaidMessage[], via?: string) =>
  thread(messages, via).map(({ message }) => message.id);

test("a conversation without branches is told in its order", () => {
  expect(ids(straight)).toEqual(["q1", "a1", "q2", "a2"]);
  expect(thread(straight, undefined).every(({ beside }) => beside.length === 1)).toBe(true);
  expect(thread([], undefined)).toEqual([]);
});

test("what was asked instead is a branch, and the branch in which something was said last is shown", () => {
  const branched = [...straight, said("q3", "a1"), said("a3", "q3")];
  expect(ids(branched)).toEqual(["q1", "a1", "q3", "a3"]);
  expect(thread(branched, undefined)[2]?.beside).toEqual(["q2", "q3"]);
  expect(ids(branched, "q2")).toEqual(["q1", "a1", "q2", "a2"]);
});

test("a branch is shown to its newest end, whatever of it was chosen", () => {
  const branched = [...straight, said("b1", "q1"), said("q3", "b1"), said("b3", "q3")];
  expect(ids(branched, "b1")).toEqual(["q1", "b1", "q3", "b3"]);
  expect(ids(branched, "a1")).toEqual(["q1", "a1", "q2", "a2"]);
  expect(thread(branched, "a1")[1]?.beside).toEqual(["a1", "b1"]);
});

test("beginnings beside each other are branches too", () => {
  const anew = [...straight, said("q9", null), said("a9", "q9")];
  expect(ids(anew)).toEqual(["q9", "a9"]);
  expect(thread(anew, undefined)[0]?.beside).toEqual(["q1", "q9"]);
});

test("a message that is not known here leads to where something was said last", () => {
  expect(ids(straight, "elsewhere")).toEqual(["q1", "a1", "q2", "a2"]);
});

test("where older messages are not loaded the branch begins with the oldest that is", () => {
  expect(ids(straight.slice(2))).toEqual(["q2", "a2"]);
});

test("an answer is under way at the end of its own branch alone", () => {
  const going = [...straight, said("b2", "q2", { status: "under_way" })];
  expect(underWay(thread(going, undefined))?.id).toBe("b2");
  expect(underWay(thread(going, "a2"))).toBeUndefined();
  expect(canBeAnsweredAgain(straight[3] as SaidMessage, going)).toBe(false);
  expect(canBeAnsweredAgain(straight[1] as SaidMessage, going)).toBe(true);
});
