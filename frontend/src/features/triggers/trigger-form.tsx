import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { createTrigger } from "~/features/triggers/api/create-trigger";
import { toProblem } from "~/lib/api/problem";
import type { TriggerSecret, WorkflowSummary } from "~/lib/api/types";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  workflows: readonly WorkflowSummary[];
  onMade: (secret: TriggerSecret) => void;
  onClose: () => void;
}

export function TriggerForm({ workflows, onMade, onClose }: Props) {
  const offered = workflows.filter(({ status }) => status !== "archived");
  const [name, setName] = useState("");
  const [title, setTitle] = useState("");
  const [workflow, setWorkflow] = useState(offered[0]?.id ?? "");
  const form = useFocusOnMount<HTMLFormElement>("input");
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: createTrigger,
    onSuccess: async (made) => {
      onMade(made);
      await queryClient.invalidateQueries({ queryKey: ["triggers"] });
    },
  });
  const problem = create.error ? toProblem(create.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (create.isPending) return;
    create.mutate({ name: name.trim(), title: title.trim(), workflow_id: workflow });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">New trigger</h3>
      <Refusal
        title="The trigger could not be made"
        problem={problem}
        fields={["name", "title", "workflow_id"]}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label="Name"
          placeholder="On push"
          required
          maxLength={80}
          autoComplete="off"
          value={name}
          onValue={setName}
          error={problem?.field("name")}
        />
        <TextField
          label="Title of its runs"
          placeholder="A push"
          required
          maxLength={80}
          autoComplete="off"
          value={title}
          onValue={setTitle}
          error={problem?.field("title")}
        />
      </div>
      <SelectField
        label="Workflow"
        value={workflow}
        options={offered.map(({ id, name }) => ({ value: id, label: name }))}
        onValue={setWorkflow}
        error={problem?.field("workflow_id")}
        hint={
          offered.length === 0
            ? "There is none yet. The first run of a template brings its workflow with it."
            : "Its newest version at the time of each message."
        }
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={create.isPending} disabled={workflow === ""}>
          Make the trigger
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}
