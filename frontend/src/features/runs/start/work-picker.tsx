import { Flow } from "~/components/flow";
import { Choice } from "~/features/runs/start/choice";
import type { Change, Work } from "~/features/runs/start/draft";
import { Section } from "~/features/runs/start/section";
import type { Template, Workflow } from "~/lib/api/types";

interface Props {
  templates: readonly Template[];
  workflows: readonly Workflow[];
  work: Work | undefined;
  fault: string | undefined;
  change: (change: Change) => void;
}

/** What should be done: a template that Z2 brings, or a workflow of one's own. */
export function WorkPicker({ templates, workflows, work, fault, change }: Props) {
  return (
    <Section legend="What should be done" lead="A template brings its own agents." fault={fault}>
      <div className="grid gap-3">
        {templates.map((template) => (
          <Choice
            key={template.name}
            name="work"
            value={`template:${template.name}`}
            checked={work?.kind === "template" && work.name === template.name}
            onChoose={() => change({ type: "work", work: { kind: "template", name: template.name } })}
            title={template.title}
          >
            <p className="mt-0.5 mb-3 text-sm text-fg-3">{template.description}</p>
            <Flow nodes={template.steps.map((step) => ({ ...step, name: step.role }))} />
          </Choice>
        ))}
      </div>
      {workflows.length > 0 && <OwnWorkflows workflows={workflows} work={work} change={change} />}
    </Section>
  );
}

function OwnWorkflows({ workflows, work, change }: Pick<Props, "workflows" | "work" | "change">) {
  return (
    <>
      <h2 className="mt-6 mb-3 text-sm font-medium text-fg-3">Workflows of this workspace</h2>
      <div className="grid gap-3">
        {workflows.map((workflow) => (
          <Choice
            key={workflow.id}
            name="work"
            value={`workflow:${workflow.id}`}
            checked={work?.kind === "workflow" && work.id === workflow.id}
            onChoose={() => change({ type: "work", work: { kind: "workflow", id: workflow.id } })}
            title={
              <>
                {workflow.name} <span className="font-normal text-fg-3">v{workflow.version}</span>
              </>
            }
          >
            {workflow.description && <p className="text-sm text-fg-3">{workflow.description}</p>}
            <div className="mt-3">
              <Flow nodes={workflow.nodes.map((node) => ({ ...node, name: node.agent_name }))} />
            </div>
          </Choice>
        ))}
      </div>
    </>
  );
}
