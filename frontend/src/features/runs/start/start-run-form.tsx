import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useReducer, useRef, useState } from "react";
import { ProblemNotice } from "~/components/notice";
import { startRun } from "~/features/runs/api/start-run";
import { DocumentFields } from "~/features/runs/start/document-fields";
import { changeDraft, emptyDraft, type Faults, faultsOf, toRequest } from "~/features/runs/start/draft";
import { ModelPicker } from "~/features/runs/start/model-picker";
import { StartSummary } from "~/features/runs/start/start-summary";
import { WorkPicker } from "~/features/runs/start/work-picker";
import { type Problem, toProblem } from "~/lib/api/problem";
import type { Model, Template, Workflow } from "~/lib/api/types";

interface Props {
  templates: readonly Template[];
  workflows: readonly Workflow[];
  models: readonly Model[];
  withSample: boolean;
  onStarted: (runId: string) => void;
}

export function StartRunForm({ templates, workflows, models, withSample, onStarted }: Props) {
  const [draft, change] = useReducer(changeDraft, undefined, () => firstDraft(templates, models, withSample));
  const [faults, setFaults] = useState<Faults>({});
  const start = useMutation({ mutationFn: startRun, onSuccess: (accepted) => onStarted(accepted.id) });
  const problem = start.error ? toProblem(start.error) : undefined;
  const form = useFocusOnFault(faults, problem);
  const template = draft.work?.kind === "template" ? templateNamed(templates, draft.work.name) : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (start.isPending) return;
    const found = faultsOf(draft);
    setFaults(found);
    start.reset();
    if (Object.keys(found).length === 0) start.mutate({ body: toRequest(draft), key: draft.key });
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
        {problem && !isMapped(problem) && (
          <ProblemNotice what="The run could not be started" problem={problem} />
        )}
        <WorkPicker
          templates={templates}
          workflows={workflows}
          work={draft.work}
          fault={shown.work}
          change={change}
        />
        <DocumentFields
          draft={draft}
          sample={template?.sample}
          faults={shown}
          change={change}
          clear={() => setFaults({})}
        />
        <ModelPicker models={models} model={draft.model} fault={shown.model} change={change} />
      </div>
      <StartSummary draft={draft} templates={templates} workflows={workflows} busy={start.isPending} />
    </form>
  );
}

function firstDraft(templates: readonly Template[], models: readonly Model[], withSample: boolean) {
  const template = templates[0];
  const model = models.find((one) => one.is_default && one.available) ?? models.find((one) => one.available);
  const draft = emptyDraft(template, model?.id);
  return withSample && template ? changeDraft(draft, { type: "document", ...template.sample }) : draft;
}

function templateNamed(templates: readonly Template[], name: string): Template | undefined {
  return templates.find((template) => template.name === name);
}

/** The server's own findings, at the fields they are about. */
function faultsFrom(problem: Problem | undefined): Faults {
  const found = {
    work: problem?.field("template") ?? problem?.field("workflow_id"),
    title: problem?.field("title"),
    text: problem?.field("text"),
    model: problem?.field("model"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, message]) => message !== undefined));
}

function isMapped(problem: Problem): boolean {
  return problem.errors.length > 0 && Object.keys(faultsFrom(problem)).length > 0;
}

/** After a refused submission the focus goes to the first field that is to blame. */
function useFocusOnFault(faults: Faults, problem: Problem | undefined) {
  const form = useRef<HTMLFormElement>(null);
  const anything = Object.keys(faults).length > 0 || problem !== undefined;
  useEffect(() => {
    if (anything) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [anything]);
  return form;
}
