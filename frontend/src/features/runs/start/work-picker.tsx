import { Flow } from "~/components/flow";
import { Choice } from "~/features/runs/start/choice";
import type { Change, Work } from "~/features/runs/start/draft";
import { NoLanguageModel } from "~/features/runs/start/no-language-model";
import { Section } from "~/features/runs/start/section";
import { TemplateChoice } from "~/features/runs/start/template-choice";
import type { Cost, Template, WorkflowSummary } from "~/lib/api/types";

interface Props {
  templates: readonly Template[];
  workflows: readonly WorkflowSummary[];
  work: Work | undefined;
  canAsk: boolean;
  costOf: (template: Template) => Cost | undefined;
  fault: string | undefined;
  change: (change: Change) => void;
}

/** What should be done: a template that Z2 brings, or a workflow of one's own. */
export function WorkPicker({ templates, workflows, work, canAsk, costOf, fault, change }: Props) {
  return (
    <Section legend="What should be done" lead="A template brings its own agents and a sample." fault={fault}>
      <div className="grid gap-3">
        {!canAsk && <NoLanguageModel />}
        {templates.map((template) => (
          <TemplateChoice
            key={template.name}
            template={template}
            cost={costOf(template)}
            canAsk={canAsk}
            checked={work?.kind === "template" && work.name === template.name}
            onChoose={() => change({ type: "template", template })}
          />
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
            onChoose={() => change({ type: "workflow", id: workflow.id })}
            title={
              <>
                {workflow.name} <span className="font-normal text-fg-3">v{workflow.version}</span>
              </>
            }
          >
            {workflow.description && <p className="text-sm text-fg-3">{workflow.description}</p>}
            <div className="mt-3">
              <Flow nodes={workflow.nodes.map((node) => ({ ...node, name: node.title || node.id }))} />
            </div>
          </Choice>
        ))}
      </div>
    </>
  );
}
