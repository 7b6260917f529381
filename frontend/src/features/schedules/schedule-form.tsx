import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "~/components/button";
import { InputFields } from "~/components/input-fields";
import { Refusal } from "~/components/refusal";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { createSchedule } from "~/features/schedules/api/create-schedule";
import {
  emptySchedule,
  type ScheduleDraft,
  type ScheduleFaults,
  scheduleFaults,
  toSchedule,
} from "~/features/schedules/schedule-draft";
import { WhenFields } from "~/features/schedules/when-fields";
import { type Problem, toProblem } from "~/lib/api/problem";
import type { Template, WorkflowSummary } from "~/lib/api/types";
import { newKey } from "~/lib/new-key";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  templates: readonly Template[];
  workflows: readonly WorkflowSummary[];
  onClose: () => void;
}

const FIELDS = ["name", "template", "workflow_id", "cron", "at", "zone", "title", "text", "data", "input"];

export function ScheduleForm({ templates, workflows, onClose }: Props) {
  const works = [
    ...workflows
      .filter(({ status }) => status !== "archived")
      .map(({ id, name }) => ({ value: `workflow:${id}`, label: name })),
    ...templates.map(({ name, title }) => ({ value: `template:${name}`, label: `${title} (template)` })),
  ];
  const [draft, setDraft] = useState(() => emptySchedule(works[0]?.value ?? ""));
  const [faults, setFaults] = useState<ScheduleFaults>({});
  const key = useRef(newKey());
  const form = useFocusOnMount<HTMLFormElement>("input");
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: createSchedule,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["schedules"] });
      onClose();
    },
  });
  const problem = create.error ? toProblem(create.error) : undefined;
  const change = (next: Partial<ScheduleDraft>) => {
    key.current = newKey();
    setFaults({});
    if (create.isError) create.reset();
    setDraft({ ...draft, ...next });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (create.isPending) return;
    const found = scheduleFaults(draft);
    setFaults(found);
    if (Object.keys(found).length === 0) create.mutate({ body: toSchedule(draft), key: key.current });
  };
  const shown = { ...said(problem), ...faults };
  return (
    <form ref={form} noValidate onSubmit={submit} className="grid gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">New schedule</h3>
      <Refusal title="The schedule could not be made" problem={problem} fields={FIELDS} />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label="Name"
          placeholder="Morning brief"
          maxLength={80}
          autoComplete="off"
          value={draft.name}
          onValue={(name) => change({ name })}
          error={shown.name}
        />
        <SelectField
          label="What is started"
          value={draft.work}
          options={works}
          onValue={(work) => change({ work })}
          error={shown.work}
        />
      </div>
      <WhenFields draft={draft} faults={shown} change={change} />
      <InputFields
        given={draft.given}
        faults={shown.given ?? {}}
        onGiven={(given) => change({ given })}
        rows={5}
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={create.isPending}>
          Make the schedule
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}

/** The server's own findings, at the fields they are about. */
function said(problem: Problem | undefined): ScheduleFaults {
  if (!problem) return {};
  const found: ScheduleFaults = {};
  const name = problem.field("name");
  const work = problem.field("template") ?? problem.field("workflow_id");
  const title = problem.field("title");
  const text = problem.field("text") ?? problem.field("data") ?? problem.field("input");
  if (name) found.name = name;
  if (work) found.work = work;
  for (const field of ["cron", "at", "zone"] as const) {
    const message = problem.field(field);
    if (message) found[field] = message;
  }
  if (title || text) found.given = { ...(title && { title }), ...(text && { text }) };
  return found;
}
