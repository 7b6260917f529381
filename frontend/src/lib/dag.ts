export interface Node {
  id: string;
  needs: readonly string[];
}

/** Nodes in rows: each stands one row below the lowest of those it needs, so that a row can run side by side. */
export function rows<T extends Node>(nodes: readonly T[]): T[][] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depths = new Map<string, number>();
  const depth = (node: T): number => {
    const known = depths.get(node.id);
    if (known !== undefined) return known;
    depths.set(node.id, 0);
    const needed = node.needs.flatMap((id) => byId.get(id) ?? []);
    const found = needed.length === 0 ? 0 : 1 + Math.max(...needed.map(depth));
    depths.set(node.id, found);
    return found;
  };
  const result: T[][] = [];
  for (const node of nodes) {
    const row = depth(node);
    result[row] = [...(result[row] ?? []), node];
  }
  return result;
}
