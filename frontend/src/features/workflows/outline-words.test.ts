import { expect, test } from "vitest";
import { does, insideOf } from "~/features/workflows/outline-words";

test("what is inside a node is told with what makes it happen", () => {
  const call = { id: "call", kind: "input" };
  const way = {
    id: "way",
    kind: "branch",
    arms: [{ id: "quick", when: "steps.sort.urgent", nodes: [call] }],
    otherwise: [call],
    compensate: [call],
    fall_back: [],
  };
  expect(insideOf(way).map(({ label }) => label)).toEqual([
    "quick: when steps.sort.urgent",
    "Otherwise",
    "Done to undo it once the run fails",
  ]);
  expect(insideOf({ id: "each", kind: "map", nodes: [call] })).toEqual([{ label: "", nodes: [call] }]);
});

test.each([
  [{ kind: "map", over: "input.files" }, "over input.files, 8 at a time"],
  [{ kind: "loop", until: "last.good", most: 5 }, "until last.good, at most 5 turns"],
  [{ kind: "vote", agents: ["a", "b"], choices: ["x", "y"] }, "a and b choose among x and y"],
  [{ kind: "wait", event: "paid" }, "for the event “paid”"],
  [{ kind: "wait", seconds: 60 }, "for 60 s"],
  [{ kind: "workflow", workflow: "Brief", version: 2 }, "runs Brief, version 2"],
  [{ kind: "of a later Z2" }, ""],
])("%o is told in a few words", (node, words) => {
  expect(does({ id: "x", ...node })).toBe(words);
});
