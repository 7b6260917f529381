import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { ScopePicker } from "~/components/scope-picker";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { issueKey } from "~/features/keys/api/issue-key";
import { endOf, LIFETIMES, type Lifetime } from "~/features/keys/lifetimes";
import { toProblem } from "~/lib/api/problem";
import type { IssuedKey } from "~/lib/api/types";
import type { Scope } from "~/lib/scopes";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  /** What the person may; a key can have no more. */
  scopes: readonly Scope[];
  onIssued: (issued: IssuedKey) => void;
  onClose: () => void;
}

export function IssueKeyForm({ scopes, onIssued, onClose }: Props) {
  const [label, setLabel] = useState("");
  const [lifetime, setLifetime] = useState<Lifetime>("90");
  const [chosen, setChosen] = useState<Scope[]>(scopes.filter((scope) => scope === "read"));
  const queryClient = useQueryClient();
  const form = useFocusOnMount<HTMLFormElement>("input");
  const issue = useMutation({
    mutationFn: issueKey,
    onSuccess: async (issued) => {
      onIssued(issued);
      await queryClient.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  const problem = issue.error ? toProblem(issue.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (issue.isPending) return;
    issue.mutate({ label: label.trim(), scopes: chosen, expires_at: endOf(lifetime, Date.now()) });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">New API key</h3>
      <Refusal
        title="The key could not be made"
        problem={problem}
        fields={["label", "scopes", "expires_at"]}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label="What it is for"
          placeholder="Nightly reports"
          required
          maxLength={80}
          autoComplete="off"
          value={label}
          onValue={setLabel}
          error={problem?.field("label")}
        />
        <SelectField
          label="Ends after"
          value={lifetime}
          options={LIFETIMES}
          onValue={(value) => setLifetime(value as Lifetime)}
          error={problem?.field("expires_at")}
        />
      </div>
      <ScopePicker
        legend="What it may do"
        offered={scopes}
        chosen={chosen}
        onChange={setChosen}
        error={problem?.field("scopes")}
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={issue.isPending} disabled={chosen.length === 0}>
          Make the key
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}
