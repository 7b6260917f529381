import { expect, test } from "vitest";
import { rows } from "~/lib/dag";

const ids = (nodes: { id: string; needs: string[] }[]) =>
  rows(nodes).map((row) => row.map((node) => node.id));

test("what can happen together stands in one row, below everything it needs", () => {
  const nodes = [
    { id: "join", needs: ["a", "c"] },
    { id: "a", needs: [] },
    { id: "b", needs: [] },
    { id: "c", needs: ["b"] },
  ];
  expect(ids(nodes)).toEqual([["a", "b"], ["c"], ["join"]]);
});

test("needs that are not there, and circles that should not be, do no harm", () => {
  expect(ids([{ id: "a", needs: ["gone"] }])).toEqual([["a"]]);
  const circle = [
    { id: "a", needs: ["b"] },
    { id: "b", needs: ["a"] },
  ];
  expect(ids(circle).flat().sort()).toEqual(["a", "b"]);
});
