import { expect, test } from "vitest";
import { counted, isOfNote, type List, listStatus, tree } from "~/features/runs/show/tree";
import type { Step } from "~/lib/api/types";
import { someStep } from "~/testing/some-run";

function inside(owner: Step, scope: string, ...ids: string[]): Step[] {
  return ids.map((id) => ({ ...someStep(`${scope}.${id}`), node: id, owner: owner.id, scope }));
}

const kind = (id: string, is: string): Step => ({ ...someStep(id), kind: is, shown_as: is });

function labels(steps: readonly Step[]): string[] {
  return tree(steps).flatMap(({ lists }) => lists.map(({ label }) => label));
}

test("steps stand inside those that they belong to, in their order", () => {
  const fork = kind("fork", "parallel");
  const each = { ...kind("fork.each", "map"), owner: "fork", scope: "fork" };
  const steps = [fork, ...inside(fork, "fork", "a"), each, ...inside(each, "fork.each.0", "read", "sum")];
  const [only] = tree(steps);
  expect(only?.lists.map(({ steps }) => steps.map(({ step }) => step.id))).toEqual([["fork.a", "fork.each"]]);
  const within = only?.lists[0]?.steps[1]?.lists[0];
  expect(within?.label).toBe("Item 1");
  expect(within?.steps.map(({ step }) => step.node)).toEqual(["read", "sum"]);
});

test("a list says what it is: an item, a turn, a way, a plan, or what was done instead", () => {
  const each = kind("each", "map");
  expect(labels([each, ...inside(each, "each.0", "a"), ...inside(each, "each.11", "a")])).toEqual([
    "Item 1",
    "Item 12",
  ]);
  const loop = kind("refine", "loop");
  expect(labels([loop, ...inside(loop, "refine.2", "a")])).toEqual(["Turn 3"]);
  const way = kind("way", "branch");
  expect(labels([way, ...inside(way, "way.quick", "a")])).toEqual(["Way “quick”"]);
  expect(labels([way, ...inside(way, "way.otherwise", "a")])).toEqual(["Otherwise"]);
  const plan = kind("plan", "plan");
  expect(labels([plan, ...inside(plan, "plan", "a")])).toEqual(["As planned"]);
  const read = kind("read", "agent");
  expect(
    labels([read, ...inside(read, "read.fall-back", "a"), ...inside(read, "read.compensate", "b")]),
  ).toEqual(["Done instead, after it failed", "Done to undo it"]);
});

test("a thousand items are counted by how they stand, and those of note are found", () => {
  const each = kind("each", "map");
  const items = Array.from({ length: 1000 }, (_, at) => inside(each, `each.${at}`, "a", "b")).flat();
  const at = (id: string) => items.find((step) => step.id === id) as Step;
  at("each.0.a").status = at("each.0.b").status = "completed";
  at("each.1.a").status = "completed";
  at("each.2.a").status = "failed";
  at("each.3.b").status = "suspended";
  const lists = tree([each, ...items])[0]?.lists as readonly List[];
  expect(lists).toHaveLength(1000);
  expect(counted(lists)).toEqual({ completed: 1, open: 1, failed: 1, suspended: 1, waiting: 996 });
  expect(lists.filter(isOfNote).map(({ label }) => label)).toEqual(["Item 2", "Item 3", "Item 4"]);
  expect(listStatus(lists[0] as List)).toBe("completed");
});
