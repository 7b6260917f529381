import { expect, test } from "vitest";
import { drawn, wrapped } from "~/lib/flowchart";
import { readChart } from "~/lib/mermaid";

const CHART = `flowchart TD
  subgraph n1["Each ticket, for each of input.tickets"]
    n3["sort, by sorter"]
    n4["reply #34;now#34;, by writer"]
    n3 --> n4
  end
  n2[/"The board, transform"/]
  n5{"which?"}
  n1 --> n2
  n2 -->|"when urgent"| n5
  n1 -.-> n5
`;

test("a chart is read with what is inside of what, its arrows and its words", () => {
  const { parts, edges } = readChart(CHART);
  expect(parts.map(({ id, label }) => [id, label])).toEqual([
    ["n1", "Each ticket, for each of input.tickets"],
    ["n2", "The board, transform"],
    ["n5", "which?"],
  ]);
  expect(parts[0]?.inside?.parts.map(({ label }) => label)).toEqual([
    "sort, by sorter",
    'reply "now", by writer',
  ]);
  expect(parts[0]?.inside?.edges).toEqual([{ from: "n3", to: "n4", label: "", dashed: false }]);
  expect(edges.map(({ label, dashed }) => [label, dashed])).toEqual([
    ["", false],
    ["when urgent", false],
    ["", true],
  ]);
});

test("what comes after something stands below it, and what is inside of a frame within it", () => {
  const { boxes, lines, width, height } = drawn(readChart(CHART));
  const box = (id: string) => boxes.find((one) => one.id === id) ?? expect.fail(`${id} is not drawn`);
  expect(box("n2").y).toBeGreaterThan(box("n1").y + box("n1").height);
  expect(box("n5").y).toBeGreaterThan(box("n2").y);
  for (const id of ["n3", "n4"]) {
    expect(box(id).x).toBeGreaterThan(box("n1").x);
    expect(box(id).y + box(id).height).toBeLessThan(box("n1").y + box("n1").height);
  }
  expect(lines).toHaveLength(4);
  for (const { x, y, width: wide, height: high } of boxes) {
    expect(x + wide).toBeLessThanOrEqual(width);
    expect(y + high).toBeLessThanOrEqual(height);
  }
});

test("words are broken into lines that fit", () => {
  expect(wrapped("What the papers say, by reader", 20)).toEqual(["What the papers say,", "by reader"]);
  expect(wrapped("x".repeat(40), 10)).toEqual([`${"x".repeat(9)}…`]);
  expect(wrapped("a b c d e f g h", 2)).toHaveLength(3);
});
