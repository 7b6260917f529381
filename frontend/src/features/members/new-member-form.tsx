import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { createMember } from "~/features/members/api/create-member";
import type { ShownLink } from "~/features/members/shown-link";
import { useRefresh } from "~/features/members/use-refresh";
import { toProblem } from "~/lib/api/problem";
import { defaultRole } from "~/lib/default-role";
import { newKey } from "~/lib/new-key";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  roles: readonly string[];
  onMade: (link: ShownLink) => void;
  onClose: () => void;
}

/** An account for somebody new; its owner chooses the password with a link. */
export function NewMemberForm({ roles, onMade, onClose }: Props) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [chosen, setRole] = useState<string>();
  const role = chosen ?? defaultRole(roles);
  const [key, setKey] = useState(newKey);
  const form = useFocusOnMount<HTMLFormElement>("input");
  const refresh = useRefresh();
  const make = useMutation({
    mutationFn: createMember,
    onSuccess: (made) => {
      onMade({ title: `A link for ${name.trim()}`, link: made.link, expiresAt: made.expires_at });
      return refresh();
    },
    onError: (error) => {
      const { status } = toProblem(error);
      if (status >= 400 && status < 500) setKey(newKey());
    },
  });
  const problem = make.error ? toProblem(make.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (make.isPending) return;
    make.mutate({ body: { name: name.trim(), email: email.trim() || null, role }, key });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">New member</h3>
      <Refusal title="The account could not be made" problem={problem} fields={["name", "email", "role"]} />
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label="Name"
          required
          maxLength={80}
          autoComplete="off"
          value={name}
          onValue={setName}
          error={problem?.field("name")}
        />
        <SelectField
          label="Role"
          value={role}
          options={roles.map((each) => ({ value: each, label: each }))}
          onValue={setRole}
          error={problem?.field("role")}
        />
        <TextField
          label="E-mail address (optional)"
          type="email"
          autoComplete="off"
          maxLength={254}
          value={email}
          onValue={setEmail}
          error={problem?.field("email")}
        />
      </div>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={make.isPending}>
          Make the account
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}
