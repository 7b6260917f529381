import { Flow } from "~/components/flow";
import { Icon } from "~/components/icon";
import { Choice } from "~/features/runs/start/choice";
import { namedSteps } from "~/features/runs/start/template-steps";
import type { Cost, Template } from "~/lib/api/types";
import { costWords } from "~/lib/cost-words";

interface Props {
  template: Template;
  cost: Cost | undefined;
  canAsk: boolean;
  checked: boolean;
  onChoose: () => void;
}

/** A template: what it is for, what it needs, and what a run on its sample costs. */
export function TemplateChoice({ template, cost, canAsk, checked, onChoose }: Props) {
  return (
    <Choice
      name="work"
      value={`template:${template.name}`}
      checked={checked}
      onChoose={onChoose}
      title={template.title}
    >
      <p className="mt-0.5 mb-3 max-w-3xl text-sm text-fg-3">{template.description}</p>
      <Flow nodes={namedSteps(template)} />
      <ul className="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-sm text-fg-2">
        <li className="flex min-w-0 items-start gap-1.5">
          <Need template={template} canAsk={canAsk} />
        </li>
        {cost && (
          <li className="min-w-0 tabular-nums">
            On its sample: {costWords(cost)} <span className="break-words text-fg-3">with {cost.model}</span>
          </li>
        )}
      </ul>
    </Choice>
  );
}

function Need({ template, canAsk }: Pick<Props, "template" | "canAsk">) {
  const lacking = template.needs_model && !canAsk;
  return (
    <>
      <Icon
        name={lacking ? "triangle-alert" : template.needs_model ? "cpu" : "check"}
        className={`mt-0.5 size-4 ${lacking ? "text-warn" : "text-fg-3"}`}
      />
      <span className={lacking ? "text-warn" : ""}>
        {template.needs_model ? "Needs a language model" : "Needs no language model"}
        {template.spared_by !== "" && (
          <>
            , unless the input brings <code className="font-mono text-xs">{template.spared_by}</code>
          </>
        )}
        {lacking && "; none is ready"}
      </span>
    </>
  );
}
