import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useReducer, useState } from "react";
import { ProblemNotice } from "~/components/notice";
import { costsQuery } from "~/features/runs/api/list-costs";
import { startRun } from "~/features/runs/api/start-run";
import { DocumentFields } from "~/features/runs/start/document-fields";
import {
  type Change,
  changeDraft,
  dataOf,
  emptyDraft,
  type Faults,
  faultsOf,
  mistakeIn,
  toRequest,
} from "~/features/runs/start/draft";
import { ModelAdvice } from "~/features/runs/start/model-advice";
import { ModelPicker } from "~/features/runs/start/model-picker";
import { allAtFields, faultsFrom } from "~/features/runs/start/server-faults";
import { StartSummary } from "~/features/runs/start/start-summary";
import { useFocusOnFault } from "~/features/runs/start/use-focus-on-fault";
import { WorkPicker } from "~/features/runs/start/work-picker";
import { toProblem } from "~/lib/api/problem";
import type { Model, Template, TemplateList, WorkflowSummary } from "~/lib/api/types";
import { costFor, isLanguageModel } from "~/lib/cost-words";

interface Props {
  catalogue: TemplateList;
  workflows: readonly WorkflowSummary[];
  models: readonly Model[];
  withSample: boolean;
  /** The workflow that is chosen at first; without one it is the first template. */
  workflow: string | undefined;
  onStarted: (runId: string) => void;
}

export function StartRunForm({ catalogue, workflows, models, withSample, workflow, onStarted }: Props) {
  const templates = catalogue.items;
  const own = workflows.find(({ id }) => id === workflow)?.id;
  const [draft, change] = useReducer(changeDraft, undefined, () => {
    const first = firstDraft(templates, models, withSample);
    return own === undefined ? first : changeDraft(first, { type: "workflow", id: own });
  });
  const [faults, setFaults] = useState<Faults>({});
  const start = useMutation({ mutationFn: startRun, onSuccess: (accepted) => onStarted(accepted.id) });
  const costs = useQuery(costsQuery(draft.model));
  const problem = start.error ? toProblem(start.error) : undefined;
  const form = useFocusOnFault(faults, start.error, mistakeIn(draft));
  const { work } = draft;
  const template = work?.kind === "template" ? templates.find((one) => one.name === work.name) : undefined;
  const costOf = (of: Template) => costFor(draft.model, of.costs, costs.data?.get(of.name));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (start.isPending) return;
    const found = faultsOf(draft);
    setFaults(found);
    start.reset();
    if (Object.keys(found).length === 0) start.mutate({ body: toRequest(draft), key: draft.key });
  };
  const edit = (next: Change) => {
    setFaults({});
    if (start.isError) start.reset();
    change(next);
  };
  const shown = { ...faultsFrom(problem), ...faults };

  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]"
    >
      <div className="grid min-w-0 gap-6">
        <WorkPicker
          templates={templates}
          workflows={workflows}
          work={work}
          canAsk={models.some((one) => one.available && isLanguageModel(one))}
          costOf={costOf}
          fault={shown.work}
          change={edit}
        />
        <DocumentFields draft={draft} template={template} faults={shown} change={edit} />
        <ModelPicker
          models={models}
          model={draft.model}
          fault={shown.model}
          advice={
            !shown.model && (
              <ModelAdvice template={template} data={dataOf(draft)} models={models} model={draft.model} />
            )
          }
          change={edit}
        />
      </div>
      <StartSummary
        draft={draft}
        templates={templates}
        workflows={workflows}
        cost={template && costOf(template)}
        assumptions={catalogue.assumptions}
        notice={
          problem &&
          !allAtFields(problem) && <ProblemNotice what="The run could not be started" problem={problem} />
        }
        busy={start.isPending}
      />
    </form>
  );
}

function firstDraft(templates: readonly Template[], models: readonly Model[], withSample: boolean) {
  const template = templates[0];
  const model = models.find((one) => one.is_default && one.available) ?? models.find((one) => one.available);
  const draft = emptyDraft(template, model?.id);
  return withSample && template ? changeDraft(draft, { type: "sample", sample: template.sample }) : draft;
}
