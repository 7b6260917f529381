import { expect, test } from "vitest";
import { yamlText } from "~/lib/yaml-text";

test("objects and lists stand one under the other", () => {
  const value = {
    name: "Ticket triage",
    nodes: [
      { id: "sort", needs: [] },
      { id: "way", needs: ["sort"] },
    ],
  };
  expect(yamlText(value)).toBe(
    "name: Ticket triage\nnodes:\n  - id: sort\n    needs: []\n  - id: way\n    needs: [sort]\n",
  );
});

test("texts of several lines are blocks, and what YAML would take for something else is quoted", () => {
  expect(yamlText({ prompt: "Sort this:\n{{ input }}", end: "a\n" })).toBe(
    "prompt: |-\n  Sort this:\n  {{ input }}\nend: |\n  a\n",
  );
  expect(
    yamlText({ a: "yes", b: "3", c: "steps.x == `1`", d: "", e: null, f: 1.5, g: "x: y", h: " \n" }),
  ).toBe('a: "yes"\nb: "3"\nc: "steps.x == `1`"\nd: ""\ne: null\nf: 1.5\ng: "x: y"\nh: " \\n"\n');
});
