import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { ScopePicker } from "~/components/scope-picker";
import { TextField } from "~/components/text-field";
import { defineRole } from "~/features/roles/api/define-role";
import { rolesQuery } from "~/features/roles/api/list-roles";
import { toProblem } from "~/lib/api/problem";
import type { Role } from "~/lib/api/types";
import type { Scope } from "~/lib/scopes";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  /** The role that is changed; a new one is named. */
  role: Role | undefined;
  /** What the person may; they can give no more. */
  scopes: readonly Scope[];
  onClose: () => void;
}

export function RoleForm({ role, scopes, onClose }: Props) {
  const [name, setName] = useState(role?.role ?? "");
  const [chosen, setChosen] = useState<Scope[]>([...(role?.scopes ?? ["read"])]);
  const form = useFocusOnMount<HTMLFormElement>("input:not([readonly])");
  const queryClient = useQueryClient();
  const define = useMutation({
    mutationFn: defineRole,
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: rolesQuery.queryKey });
    },
  });
  const problem = define.error ? toProblem(define.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!define.isPending) define.mutate({ role: name, scopes: chosen });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">{role ? "Change the role" : "New role"}</h3>
      <Refusal title="The role was not saved" problem={problem} fields={["role", "scopes"]} />
      <TextField
        label="Name"
        hint="Lower-case letters, digits and hyphens, beginning with a letter."
        placeholder="reviewer"
        required
        readOnly={role !== undefined}
        pattern="[a-z][a-z0-9\-]*"
        maxLength={40}
        autoComplete="off"
        autoCapitalize="none"
        value={name}
        onValue={setName}
        error={problem?.field("role")}
      />
      <ScopePicker
        legend="Who has it may"
        offered={scopes}
        chosen={chosen}
        onChange={setChosen}
        error={problem?.field("scopes")}
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={define.isPending}>
          Save the role
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}
