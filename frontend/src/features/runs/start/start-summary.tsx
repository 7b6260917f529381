import type { ReactNode } from "react";
import { Button } from "~/components/button";
import { CostPanel } from "~/components/cost-panel";
import type { RunDraft } from "~/features/runs/start/draft";
import { namedSteps } from "~/features/runs/start/template-steps";
import type { Cost, Template, WorkflowSummary } from "~/lib/api/types";
import { type Node, rows } from "~/lib/dag";
import { formatCount } from "~/lib/format";
import { countCharacters } from "~/lib/text-document";

interface Props {
  draft: RunDraft;
  templates: readonly Template[];
  workflows: readonly WorkflowSummary[];
  cost: Cost | undefined;
  assumptions: readonly string[];
  notice: ReactNode;
  busy: boolean;
}

/** What will happen when the run is started, and the button that starts it. */
export function StartSummary({ draft, templates, workflows, cost, assumptions, notice, busy }: Props) {
  const plan = planOf(draft, templates, workflows);
  return (
    <aside
      aria-label="Summary"
      className="card grid gap-5 p-5 xl:sticky xl:top-10 xl:max-h-[calc(100dvh-5rem)] xl:overflow-y-auto"
    >
      <h2 className="text-lg font-semibold">What will happen</h2>
      <ol className="grid gap-3">
        {rows(plan).map((row, at) => (
          <li key={row.map((step) => step.id).join(" ")} className="flex gap-3">
            <span
              aria-hidden="true"
              className="grid size-6 shrink-0 place-items-center rounded-full bg-overlay text-xs font-medium text-fg-2 tabular-nums"
            >
              {at + 1}
            </span>
            <span className="min-w-0 break-words">
              {row.map((step) => step.name).join(", ")}
              {row.length > 1 && <span className="block text-sm text-fg-3">side by side</span>}
            </span>
          </li>
        ))}
      </ol>
      <dl className="grid gap-2 border-t-[1.5px] border-line pt-4 text-sm">
        <div className="flex justify-between gap-3">
          <dt className="text-fg-3">Model</dt>
          <dd className="min-w-0 text-right break-words">{draft.model ?? "the default"}</dd>
        </div>
        <div className="flex justify-between gap-3">
          <dt className="text-fg-3">Input</dt>
          <dd className="text-right tabular-nums">
            {formatCount(countCharacters(draft.text))} characters{draft.form === "json" && " of JSON"}
            {draft.isSample && <span className="block text-fg-3">the sample</span>}
          </dd>
        </div>
      </dl>
      {cost && <CostPanel cost={cost} assumptions={assumptions} title="A run on the sample" />}
      {notice}
      <Button type="submit" kind="primary" icon="arrow-right" busy={busy}>
        Start the run
      </Button>
    </aside>
  );
}

interface Planned extends Node {
  name: string;
}

function planOf(
  { work }: RunDraft,
  templates: readonly Template[],
  workflows: readonly WorkflowSummary[],
): readonly Planned[] {
  if (work?.kind === "template") {
    const template = templates.find((one) => one.name === work.name);
    return template ? namedSteps(template) : [];
  }
  const workflow = workflows.find((one) => one.id === work?.id);
  return workflow?.nodes.map((node) => ({ ...node, name: node.title || node.id })) ?? [];
}
