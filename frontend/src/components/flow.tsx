import { Icon } from "~/components/icon";
import { type Node, rows } from "~/lib/dag";

interface FlowNode extends Node {
  name: string;
}

/** The shape of a workflow in one line: rows of steps in order, those in one box run side by side. */
export function Flow({ nodes }: { nodes: readonly FlowNode[] }) {
  return (
    <ol className="flex flex-wrap items-center gap-1.5">
      {rows(nodes).map((row, at) => (
        <li key={row.map((node) => node.id).join(" ")} className="flex items-center gap-1.5">
          {at > 0 && <Icon name="arrow-right" className="size-3.5 text-fg-3" />}
          <span className="flex flex-wrap gap-1.5">
            {row.map((node) => (
              <span
                key={node.id}
                className="rounded-full border-[1.5px] border-line bg-bg px-2.5 py-0.5 text-xs text-fg-2"
              >
                {node.name}
              </span>
            ))}
          </span>
        </li>
      ))}
    </ol>
  );
}
