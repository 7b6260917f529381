import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { invite } from "~/features/invitations/api/invite";
import { invitationsQuery } from "~/features/invitations/api/list-invitations";
import { toProblem } from "~/lib/api/problem";
import type { NewInvitation } from "~/lib/api/types";
import { defaultRole } from "~/lib/default-role";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

const DAYS = [
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
];

interface Props {
  roles: readonly string[];
  onMade: (invitation: NewInvitation) => void;
  onClose: () => void;
}

export function InviteForm({ roles, onMade, onClose }: Props) {
  const [email, setEmail] = useState("");
  const [chosen, setRole] = useState<string>();
  const role = chosen ?? defaultRole(roles);
  const [days, setDays] = useState("7");
  const form = useFocusOnMount<HTMLFormElement>("input");
  const queryClient = useQueryClient();
  const make = useMutation({
    mutationFn: invite,
    onSuccess: (made) => {
      onMade(made);
      return queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey });
    },
  });
  const problem = make.error ? toProblem(make.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!make.isPending) make.mutate({ email: email.trim() || null, role, days: Number(days) });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">New invitation</h3>
      <Refusal title="Nobody was invited" problem={problem} fields={["email", "role"]} />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label="E-mail address (optional)"
          hint="The link goes there if Z2 can send mail; else you hand it over."
          type="email"
          autoComplete="off"
          maxLength={254}
          value={email}
          onValue={setEmail}
          error={problem?.field("email")}
        />
        <SelectField
          label="Role"
          value={role}
          options={roles.map((each) => ({ value: each, label: each }))}
          onValue={setRole}
          error={problem?.field("role")}
        />
        <SelectField label="Good for" value={days} options={DAYS} onValue={setDays} />
      </div>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={make.isPending}>
          Make the invitation
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}
