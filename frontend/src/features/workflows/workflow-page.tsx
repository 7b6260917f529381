import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { Panel } from "~/components/panel";
import { Tag } from "~/components/records";
import { ScrollRegion } from "~/components/scroll-region";
import { workflowQuery } from "~/features/workflows/api/read-workflow";
import { Outline } from "~/features/workflows/outline";
import type { OutlineNode } from "~/features/workflows/outline-words";
import { Changes, Versions } from "~/features/workflows/versions";
import type { Workflow } from "~/lib/api/types";
import { formatDay } from "~/lib/format";

/** A workflow in one of its versions: what it does in which order, who does it, and what changed. */
export function WorkflowPage({ workflowId, version }: { workflowId: string; version: number | undefined }) {
  const query = useQuery(workflowQuery(workflowId, version));
  return (
    <>
      {query.data === undefined && <Unnamed />}
      <Loaded query={query} what="The workflow" lines={6}>
        {(workflow) => <Shown workflow={workflow} />}
      </Loaded>
    </>
  );
}

function Unnamed() {
  return (
    <>
      <title>Workflow · Z2</title>
      <h1 className="sr-only">Workflow</h1>
    </>
  );
}

function Shown({ workflow }: { workflow: Workflow }) {
  const nodes = (workflow.definition.nodes ?? []) as OutlineNode[];
  return (
    <>
      <Head workflow={workflow} />
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <Panel title="What it does" lead="Nodes that do not need each other are done side by side.">
          <Outline nodes={nodes} label="Nodes" />
        </Panel>
        <div className="grid min-w-0 gap-6">
          <Versions workflow={workflow} />
          {workflow.version > 1 && <Changes workflow={workflow} />}
          {workflow.agents.length > 0 && <Agents workflow={workflow} />}
          <Definition workflow={workflow} />
        </div>
      </div>
    </>
  );
}

function Head({ workflow }: { workflow: Workflow }) {
  return (
    <header className="mb-6">
      <title>{`${workflow.name} · Z2`}</title>
      <nav aria-label="Breadcrumb" className="mb-2 flex items-center gap-1 text-sm text-fg-3">
        <Link to="/workflows" className="rounded-sm py-1 underline-offset-4 hover:text-fg hover:underline">
          Workflows
        </Link>
        <Icon name="chevron-right" className="size-3.5" />
        <span className="truncate">version {workflow.version}</span>
      </nav>
      <h1 className="text-3xl font-semibold break-words">{workflow.name}</h1>
      {workflow.description && <p className="mt-1.5 max-w-3xl text-fg-3">{workflow.description}</p>}
      <p className="mt-3 flex flex-wrap items-center gap-2 text-sm text-fg-3">
        {workflow.status === "archived" && <Tag tone="warn">archived: no run of it is started</Tag>}
        {workflow.version < workflow.newest && <Tag tone="warn">not the newest version</Tag>}
        <span>
          Version {workflow.version}, published {formatDay(workflow.published_at)}
        </span>
      </p>
    </header>
  );
}

function Agents({ workflow }: { workflow: Workflow }) {
  return (
    <Panel title="Agents">
      <ul className="grid gap-2 text-sm">
        {workflow.agents.map((agent) => (
          <li key={agent.named} className="min-w-0 break-words">
            <span className="font-medium">{agent.named}</span>
            {agent.name && agent.name !== agent.named && (
              <span className="text-fg-3">, here {agent.name}</span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Definition({ workflow }: { workflow: Workflow }) {
  return (
    <Panel
      title="Definition"
      lead={<>As it was published. A file that can be changed is what the command line shows.</>}
    >
      <details className="group text-sm">
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          As JSON
        </summary>
        <ScrollRegion
          label="The definition"
          className="mt-2 max-h-96 overflow-auto rounded-control bg-bg/50 p-3"
        >
          <pre className="font-mono text-xs leading-relaxed break-words whitespace-pre-wrap text-fg-2">
            {JSON.stringify(workflow.definition, null, 2)}
          </pre>
        </ScrollRegion>
      </details>
    </Panel>
  );
}
