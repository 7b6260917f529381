import { Link } from "@tanstack/react-router";
import { Flow } from "~/components/flow";
import { Icon } from "~/components/icon";
import { Tag } from "~/components/records";
import type { WorkflowSummary } from "~/lib/api/types";
import { formatDay } from "~/lib/format";
import { kindWords } from "~/lib/kind-words";

export function WorkflowCard({ workflow }: { workflow: WorkflowSummary }) {
  return (
    <li className="card grid gap-4 p-5">
      <div>
        <h2 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-lg font-semibold">
          <Link
            to="/workflows/$workflowId"
            params={{ workflowId: workflow.id }}
            className="min-w-0 rounded-sm break-words underline-offset-4 hover:text-info hover:underline"
          >
            {workflow.name}
          </Link>
          {workflow.status === "archived" && <Tag tone="warn">archived</Tag>}
        </h2>
        {workflow.description && <p className="max-w-3xl text-fg-3">{workflow.description}</p>}
        <p className="mt-1 text-sm text-fg-3">
          Version {workflow.version}, since {formatDay(workflow.published_at)}
        </p>
      </div>
      <Flow nodes={workflow.nodes.map((node) => ({ ...node, name: node.title || node.id }))} />
      <details className="group text-sm">
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          {workflow.nodes.length === 1 ? "1 step" : `${workflow.nodes.length} steps`}
        </summary>
        <ol className="mt-3 grid gap-3">
          {workflow.nodes.map((node) => (
            <WorkflowStep key={node.id} node={node} />
          ))}
        </ol>
      </details>
    </li>
  );
}

function WorkflowStep({ node }: { node: WorkflowSummary["nodes"][number] }) {
  return (
    <li className="border-l-[3px] border-line pl-4">
      <p className="font-medium">
        {node.title || node.id} <span className="text-sm text-fg-3">{kindWords(node.kind)}</span>
      </p>
      <p className="mt-1 break-words text-fg-3">
        {node.needs.length > 0 ? `After ${node.needs.join(", ")}` : "At the start"}
        {node.agents.length > 0 && `, by ${node.agents.join(", ")}`}.
      </p>
    </li>
  );
}
