import { Flow } from "~/components/flow";
import { Icon } from "~/components/icon";
import type { Workflow } from "~/lib/api/types";
import { formatDay } from "~/lib/format";

export function WorkflowCard({ workflow }: { workflow: Workflow }) {
  return (
    <li className="card grid gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold break-words">{workflow.name}</h2>
        {workflow.description && <p className="max-w-3xl text-fg-3">{workflow.description}</p>}
        <p className="mt-1 text-sm text-fg-3">
          Version {workflow.version}, since {formatDay(workflow.created_at)}
        </p>
      </div>
      <Flow nodes={workflow.nodes.map((node) => ({ ...node, name: node.agent_name }))} />
      <details className="group text-sm">
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          {workflow.nodes.length} steps
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

function WorkflowStep({ node }: { node: Workflow["nodes"][number] }) {
  return (
    <li className="border-l-[3px] border-line pl-4">
      <p className="font-medium">
        {node.agent_name} <span className="font-mono text-xs text-fg-3">{node.id}</span>
      </p>
      <p className="break-words whitespace-pre-wrap text-fg-3">{node.prompt}</p>
      <p className="mt-1 text-fg-3">
        {node.needs.length > 0 ? `After ${node.needs.join(", ")}` : "At the start"}, at most{" "}
        {node.max_attempts} {node.max_attempts === 1 ? "attempt" : "attempts"}
        {node.document && ", reads the document"}.
      </p>
    </li>
  );
}
