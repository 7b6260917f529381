/** A node as its workflow was published with it; what a kind does not have is not there. */
export interface OutlineNode {
  id: string;
  kind: string;
  title?: string;
  needs?: readonly string[];
  when?: string;
  on_failure?: string;
  nodes?: readonly OutlineNode[];
  arms?: readonly { id: string; when: string; nodes: readonly OutlineNode[] }[];
  otherwise?: readonly OutlineNode[];
  fall_back?: readonly OutlineNode[];
  compensate?: readonly OutlineNode[];
  [field: string]: unknown;
}

export interface Inside {
  label: string;
  nodes: readonly OutlineNode[];
}

/** The lists of nodes inside a node, each with what makes it happen. */
export function insideOf(node: OutlineNode): Inside[] {
  const lists = [
    { label: "", nodes: node.nodes ?? [] },
    ...(node.arms ?? []).map((arm) => ({ label: `${arm.id}: when ${arm.when}`, nodes: arm.nodes })),
    { label: "Otherwise", nodes: node.otherwise ?? [] },
    { label: "Done instead once it has failed", nodes: node.fall_back ?? [] },
    { label: "Done to undo it once the run fails", nodes: node.compensate ?? [] },
  ];
  return lists.filter(({ nodes }) => nodes.length > 0);
}

const TELLERS: Record<string, (node: OutlineNode) => string> = {
  agent: ({ agent }) => `by ${agent}`,
  tool: ({ tool }) => `calls ${tool}`,
  transform: ({ expression }) => `${expression}`,
  map: ({ over, limit }) => `over ${over}, ${limit ?? 8} at a time`,
  loop: ({ until, most }) =>
    [until && `until ${until}`, most && `at most ${most} turns`].filter(Boolean).join(", "),
  debate: ({ agents, rounds }) => `between ${names(agents)}, ${rounds ?? 2} rounds`,
  vote: ({ agents, choices }) => `${names(agents)} choose among ${names(choices)}`,
  plan: ({ agent, team }) => `${agent} plans for ${names(team)}`,
  handoff: ({ agents }) => `among ${names(agents)}`,
  supervisor: ({ agent, workers }) => `${agent} gives tasks to ${names(workers)}`,
  approval: ({ question }) => `“${question}”`,
  input: ({ question }) => `“${question}”`,
  wait: ({ seconds, until, event }) =>
    event ? `for the event “${event}”` : until ? `until ${until}` : `for ${seconds ?? 0} s`,
  workflow: ({ workflow, version }) => `runs ${workflow}${version ? `, version ${version}` : ""}`,
};

/** What a node does in a few words, as far as its kind is known here. */
export function does(node: OutlineNode): string {
  return TELLERS[node.kind]?.(node) ?? "";
}

const list = new Intl.ListFormat("en");

function names(value: unknown): string {
  return Array.isArray(value) ? list.format(value.map(String)) : "";
}
