import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { CopyButton } from "~/components/copy-button";
import { Flowchart } from "~/components/flowchart";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { Panel } from "~/components/panel";
import { Tag } from "~/components/records";
import { ScrollRegion } from "~/components/scroll-region";
import { drawingQuery, workflowQuery } from "~/features/workflows/api/read-workflow";
import { Outline } from "~/features/workflows/outline";
import type { OutlineNode } from "~/features/workflows/outline-words";
import { Changes, Versions } from "~/features/workflows/versions";
import { WorkflowActions } from "~/features/workflows/workflow-actions";
import { workflowText } from "~/features/workflows/workflow-text";
import type { Workflow } from "~/lib/api/types";
import { formatDay } from "~/lib/format";

/** What the person at the page may do with workflows. */
export interface WorkflowRights {
  write: boolean;
  start: boolean;
}

interface Props {
  workflowId: string;
  version: number | undefined;
  rights: WorkflowRights;
}

/** A workflow in one of its versions: what it does in which order, who does it, and what changed. */
export function WorkflowPage({ workflowId, version, rights }: Props) {
  const query = useQuery(workflowQuery(workflowId, version));
  return (
    <>
      {query.data === undefined && <Unnamed />}
      <Loaded query={query} what="The workflow" lines={6}>
        {(workflow) => <Shown workflow={workflow} rights={rights} />}
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

interface ShownProps {
  workflow: Workflow;
  rights: WorkflowRights;
}

function Shown({ workflow, rights }: ShownProps) {
  const nodes = (workflow.definition.nodes ?? []) as OutlineNode[];
  return (
    <>
      <Head workflow={workflow} rights={rights} />
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 gap-6">
          <Drawing workflow={workflow} />
          <Panel title="What it does" lead="Nodes that do not need each other are done side by side.">
            <Outline nodes={nodes} label="Nodes" />
          </Panel>
        </div>
        <div className="grid min-w-0 gap-6">
          <Versions workflow={workflow} />
          {workflow.newest > 1 && <Changes workflow={workflow} />}
          {workflow.agents.length > 0 && <Agents workflow={workflow} />}
          <Definition workflow={workflow} />
        </div>
      </div>
    </>
  );
}

function Drawing({ workflow }: { workflow: Workflow }) {
  const query = useQuery(drawingQuery(workflow.id, workflow.version));
  return (
    <Panel
      title="Drawing"
      action={query.data !== undefined && <CopyButton text={query.data} label="Copy as Mermaid" />}
    >
      <Loaded query={query} what="The drawing" lines={3}>
        {(mermaid) => <Flowchart mermaid={mermaid} label={`Drawing of ${workflow.name}`} />}
      </Loaded>
    </Panel>
  );
}

function Head({ workflow, rights }: ShownProps) {
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
      <WorkflowActions workflow={workflow} rights={rights} />
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
  const source = useMemo(() => workflowText(workflow.definition), [workflow.definition]);
  return (
    <Panel title="Definition" action={<CopyButton text={source} label="Copy the YAML" />}>
      <details className="group text-sm">
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          As YAML
        </summary>
        <ScrollRegion
          label="The definition"
          className="mt-2 max-h-96 overflow-auto rounded-control bg-bg/50 p-3"
        >
          <pre className="font-mono text-xs leading-relaxed text-fg-2">{source}</pre>
        </ScrollRegion>
      </details>
    </Panel>
  );
}
