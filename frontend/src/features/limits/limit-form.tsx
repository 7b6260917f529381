import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { setLimit } from "~/features/limits/api/change-limit";
import { KINDS, type Kind, type Subject } from "~/features/limits/limit-words";
import { toProblem } from "~/lib/api/problem";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  subjects: Record<Kind, readonly Subject[]>;
  onClose: () => void;
}

export function LimitForm({ subjects, onClose }: Props) {
  const [kind, setKind] = useState<Kind>("workspace");
  const [subject, setSubject] = useState("");
  const [most, setMost] = useState("");
  const form = useFocusOnMount<HTMLFormElement>("select");
  const queryClient = useQueryClient();
  const set = useMutation({
    mutationFn: setLimit,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["concurrency"] });
      onClose();
    },
  });
  const problem = set.error ? toProblem(set.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!set.isPending) set.mutate({ kind, subject, most: Number(most) });
  };
  const each = kind === "workflow" ? [] : [{ value: "", label: "Each that has no limit of its own" }];
  const offered = kind === "workspace" ? [] : [...each, ...subjects[kind]];
  const choose = (next: Kind) => {
    setKind(next);
    setSubject(next === "workflow" ? (subjects.workflow[0]?.value ?? "") : "");
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">Set a limit</h3>
      <Refusal title="The limit could not be set" problem={problem} fields={["kind", "subject", "most"]} />
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          label="What is counted"
          value={kind}
          options={KINDS}
          onValue={(value) => choose(KINDS.find((one) => one.value === value)?.value ?? "workspace")}
          error={problem?.field("kind")}
        />
        {offered.length > 0 && (
          <SelectField
            label="Of which"
            value={subject}
            options={offered}
            onValue={setSubject}
            error={problem?.field("subject")}
          />
        )}
        <TextField
          label="At most"
          type="number"
          inputMode="numeric"
          required
          min={1}
          max={10_000}
          step={1}
          value={most}
          onValue={setMost}
          error={problem?.field("most")}
        />
      </div>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={set.isPending}>
          Set the limit
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}
