/** A box of a flowchart, or a frame around a chart of its own. */
export interface Part {
  id: string;
  label: string;
  inside: Chart | undefined;
}

export interface Edge {
  from: string;
  to: string;
  label: string;
  /** Where it is the way only in some cases, such as after a failure. */
  dashed: boolean;
}

export interface Chart {
  parts: readonly Part[];
  edges: readonly Edge[];
}

interface Draft {
  parts: Part[];
  edges: Edge[];
}

const FRAME = /^subgraph (\w+)\["([^"]*)"\]$/;
const EDGE = /^(\w+) (-->|-\.->)(?:\|"([^"]*)"\|)? (\w+)$/;
const BOX = /^(\w+)[[({/\\]+"([^"]*)"[\])}/\\]+$/;

/** A flowchart as Z2 writes it in the language of Mermaid; a line that is none of its own is passed over. */
export function readChart(text: string): Chart {
  const whole: Draft = { parts: [], edges: [] };
  const open: Draft[] = [whole];
  for (const line of text.split("\n").map((each) => each.trim())) {
    const here = open.at(-1) ?? whole;
    const frame = FRAME.exec(line);
    const edge = EDGE.exec(line);
    const box = BOX.exec(line);
    if (frame) {
      const inside: Draft = { parts: [], edges: [] };
      here.parts.push({ id: frame[1] ?? "", label: plain(frame[2]), inside });
      open.push(inside);
    } else if (line === "end" && open.length > 1) {
      open.pop();
    } else if (edge) {
      here.edges.push({
        from: edge[1] ?? "",
        to: edge[4] ?? "",
        label: plain(edge[3]),
        dashed: edge[2] !== "-->",
      });
    } else if (box) {
      here.parts.push({ id: box[1] ?? "", label: plain(box[2]), inside: undefined });
    }
  }
  return whole;
}

function plain(label: string | undefined): string {
  return (label ?? "").replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
