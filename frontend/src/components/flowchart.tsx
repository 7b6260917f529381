import { useId, useMemo } from "react";
import { ScrollRegion } from "~/components/scroll-region";
import { type Box, drawn, LINE_HEIGHT, type Line, PADDING } from "~/lib/flowchart";
import { readChart } from "~/lib/mermaid";

const MARGIN = 2;

interface Props {
  /** The chart in the language of Mermaid, as the API writes it. */
  mermaid: string;
  label: string;
}

/** A workflow as a drawing. A screen reader is told what stands in the boxes, in their order. */
export function Flowchart({ mermaid, label }: Props) {
  const chart = useMemo(() => drawn(readChart(mermaid)), [mermaid]);
  const arrow = useId();
  const width = chart.width + 2 * MARGIN;
  const height = chart.height + 2 * MARGIN;
  return (
    <ScrollRegion label={label} className="max-h-[36rem] overflow-auto rounded-control">
      <svg
        role="img"
        aria-label={`${label}: ${chart.boxes.map(({ words }) => words.join(" ")).join("; ")}`}
        width={width}
        height={height}
        viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
        className="mx-auto block text-fg-3"
      >
        <marker id={arrow} viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M 0 0 L 8 4 L 0 8 z" fill="currentColor" />
        </marker>
        {chart.boxes.map((box) => (
          <BoxShape key={box.id} box={box} />
        ))}
        {chart.lines.map((line) => (
          <LineShape key={line.key} line={line} arrow={arrow} />
        ))}
      </svg>
    </ScrollRegion>
  );
}

function BoxShape({ box: { x, y, width, height, words, frame } }: { box: Box }) {
  return (
    <g>
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx={8}
        className={frame ? "fill-overlay/30 stroke-line" : "fill-raised stroke-edge"}
        strokeWidth={1.5}
      />
      {words.map((line, at) => (
        <text
          key={line}
          x={frame ? x + PADDING : x + width / 2}
          y={y + PADDING + 12 + at * LINE_HEIGHT}
          textAnchor={frame ? "start" : "middle"}
          className={`text-[13px] ${frame ? "fill-fg-2" : "fill-fg"}`}
        >
          {line}
        </text>
      ))}
    </g>
  );
}

function LineShape({ line: { path, dashed, label, x, y }, arrow }: { line: Line; arrow: string }) {
  return (
    <g>
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.5}
        strokeDasharray={dashed ? "4 4" : undefined}
        markerEnd={`url(#${arrow})`}
      />
      {label && (
        <text
          x={x}
          y={y}
          textAnchor="middle"
          className="fill-fg-2 stroke-bg text-[11px] [paint-order:stroke]"
          strokeWidth={4}
        >
          {label}
        </text>
      )}
    </g>
  );
}
