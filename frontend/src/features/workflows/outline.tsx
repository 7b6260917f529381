import { Icon } from "~/components/icon";
import { Tag } from "~/components/records";
import { does, insideOf, type OutlineNode } from "~/features/workflows/outline-words";
import { kindWords } from "~/lib/kind-words";

const list = new Intl.ListFormat("en");

/** The nodes of a workflow as a drawing in words: what comes after what, and what is inside of what. */
export function Outline({ nodes, label }: { nodes: readonly OutlineNode[]; label: string }) {
  return (
    <ol aria-label={label} className="grid min-w-0 gap-3">
      {nodes.map((node) => (
        <OutlineItem key={node.id} node={node} beside={nodes} />
      ))}
    </ol>
  );
}

function OutlineItem({ node, beside }: { node: OutlineNode; beside: readonly OutlineNode[] }) {
  const needs = (node.needs ?? []).map((id) => beside.find((one) => one.id === id)?.title || id);
  return (
    <li className="min-w-0 rounded-control border-[1.5px] border-line bg-bg/40 p-3 sm:p-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium break-words">{node.title || node.id}</span>
        <Tag>{kindWords(node.kind)}</Tag>
        {needs.length > 0 && (
          <span className="inline-flex items-center gap-1 text-sm text-fg-3">
            <Icon name="arrow-right" className="size-3.5" />
            after {list.format(needs)}
          </span>
        )}
      </p>
      {does(node) && <p className="mt-1 text-sm break-words text-fg-3">{does(node)}</p>}
      {node.when && (
        <p className="mt-1 text-sm break-words text-fg-3">
          only when <code className="font-mono text-xs text-fg-2">{node.when}</code>
        </p>
      )}
      {insideOf(node).map(({ label, nodes }) => (
        <div key={label} className="mt-3 min-w-0 border-l-[3px] border-line pl-3">
          {label && <p className="mb-2 text-sm break-words text-fg-2">{label}</p>}
          <Outline nodes={nodes} label={label || `Inside ${node.title || node.id}`} />
        </div>
      ))}
    </li>
  );
}
