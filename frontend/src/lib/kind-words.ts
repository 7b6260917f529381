const KINDS: Record<string, string> = {
  agent: "agent",
  tool: "tool",
  transform: "transform",
  parallel: "side by side",
  map: "for each item",
  branch: "one way of several",
  loop: "again and again",
  debate: "debate",
  vote: "vote",
  plan: "plan",
  handoff: "handoff",
  supervisor: "supervisor",
  approval: "approval",
  input: "question",
  wait: "wait",
  workflow: "another workflow",
};

/** What sort of node a step or a node of a workflow is, for people; one of a kind not known here by its name. */
export function kindWords(kind: string): string {
  return KINDS[kind] ?? kind;
}
