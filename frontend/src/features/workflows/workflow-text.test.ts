import { expect, test } from "vitest";
import { workflowText } from "~/features/workflows/workflow-text";

test("a node begins with what tells it from others, and ends with what is inside of it", () => {
  const inner = { kind: "transform", expression: "item", id: "trim", needs: ["a", "b"] };
  const definition = {
    name: "Triage",
    nodes: [{ nodes: [inner], kind: "map", over: "input.items", id: "each" }],
  };
  expect(workflowText(definition)).toBe(
    [
      "name: Triage",
      "nodes:",
      "  - id: each",
      "    kind: map",
      "    over: input.items",
      "    nodes:",
      "      - id: trim",
      "        kind: transform",
      "        needs: [a, b]",
      "        expression: item",
      "",
    ].join("\n"),
  );
});
