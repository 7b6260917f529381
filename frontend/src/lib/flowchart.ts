import { rows } from "~/lib/dag";
import type { Chart, Edge, Part } from "~/lib/mermaid";

/** Everything of a flowchart with its place, in pixels from the upper left. */
export interface Drawn {
  width: number;
  height: number;
  boxes: readonly Box[];
  lines: readonly Line[];
}

export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  words: readonly string[];
  frame: boolean;
}

export interface Line {
  key: string;
  path: string;
  dashed: boolean;
  label: string;
  x: number;
  y: number;
}

export const LINE_HEIGHT = 18;
export const PADDING = 12;
const BOX_WIDTH = 196;
const MOST_CHARACTERS = 25;
const CHARACTER = 6.8;
const HEAD = 30;
const BESIDE = 24;
const BELOW = 46;

interface Sized {
  part: Part;
  id: string;
  needs: readonly string[];
  words: readonly string[];
  width: number;
  height: number;
  inside: Drawn | undefined;
}

/** The chart with each box below those it comes after, and those that are side by side in one row. */
export function drawn(chart: Chart): Drawn {
  const sized = chart.parts.map((part) => measured(part, chart.edges));
  const levels = rows(sized);
  const widths = levels.map((row) => row.reduce((sum, one) => sum + one.width + BESIDE, -BESIDE));
  const width = Math.max(0, ...widths);
  const places = new Map<string, Box>();
  const boxes: Box[] = [];
  const lines: Line[] = [];
  let y = 0;
  for (const [at, row] of levels.entries()) {
    let x = (width - (widths[at] ?? 0)) / 2;
    for (const one of row) {
      const box = boxOf(one, x, y);
      places.set(one.id, box);
      boxes.push(box);
      if (one.inside) addInside(one, box, boxes, lines);
      x += one.width + BESIDE;
    }
    y += Math.max(...row.map((one) => one.height)) + BELOW;
  }
  lines.push(...chart.edges.flatMap((edge) => lineOf(edge, places)));
  return { width, height: Math.max(0, y - BELOW), boxes, lines };
}

function measured(part: Part, edges: readonly Edge[]): Sized {
  const needs = edges.filter((edge) => edge.to === part.id).map((edge) => edge.from);
  const inside = part.inside && drawn(part.inside);
  const width = inside ? Math.max(BOX_WIDTH, inside.width) + 2 * PADDING : BOX_WIDTH;
  const words = inside
    ? [short(part.label, Math.floor((width - 2 * PADDING) / CHARACTER))]
    : wrapped(part.label);
  const height = inside ? HEAD + inside.height + 2 * PADDING : words.length * LINE_HEIGHT + 2 * PADDING - 2;
  return { part, id: part.id, needs, words, width, height, inside };
}

function boxOf({ id, words, width, height, inside }: Sized, x: number, y: number): Box {
  return { id, x, y, width, height, words, frame: inside !== undefined };
}

function addInside({ inside, width }: Sized, box: Box, boxes: Box[], lines: Line[]): void {
  if (!inside) return;
  const right = box.x + (width - inside.width) / 2;
  const down = box.y + HEAD + PADDING;
  boxes.push(...inside.boxes.map((one) => ({ ...one, x: one.x + right, y: one.y + down })));
  lines.push(
    ...inside.lines.map((line) => ({
      ...line,
      path: moved(line.path, right, down),
      x: line.x + right,
      y: line.y + down,
    })),
  );
}

function lineOf({ from, to, label, dashed }: Edge, places: ReadonlyMap<string, Box>): Line[] {
  const [above, below] = [places.get(from), places.get(to)];
  if (!above || !below) return [];
  const [x1, y1] = [above.x + above.width / 2, above.y + above.height];
  const [x2, y2] = [below.x + below.width / 2, below.y - 5];
  const bend = Math.max(16, (y2 - y1) / 2);
  const path = `M ${x1} ${y1} C ${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
  return [{ key: `${from} ${to}`, path, dashed, label: short(label), x: x2, y: below.y - 12 }];
}

/** A path of absolute points, each of them moved. */
function moved(path: string, right: number, down: number): string {
  let at = 0;
  return path.replace(/-?\d+(\.\d+)?/g, (number) => {
    at += 1;
    return String(Number(number) + (at % 2 === 1 ? right : down));
  });
}

function short(text: string, most = MOST_CHARACTERS): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Words in lines that fit into a box, three at the most. */
export function wrapped(text: string, most = MOST_CHARACTERS): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const kept = lines.slice(0, 3).map((line) => (line.length > most ? `${line.slice(0, most - 1)}…` : line));
  if (lines.length > 3) kept[2] = `${(kept[2] ?? "").slice(0, most - 1)}…`;
  return kept;
}
