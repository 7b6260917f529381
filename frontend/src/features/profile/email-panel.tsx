import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Notice } from "~/components/notice";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { PasswordField } from "~/components/password-field";
import { Tag } from "~/components/records";
import { Refusal } from "~/components/refusal";
import { TextField } from "~/components/text-field";
import { changeEmail } from "~/features/profile/api/change-email";
import { profileQuery } from "~/features/profile/api/read-profile";
import { toProblem } from "~/lib/api/problem";
import type { Profile } from "~/lib/api/types";
import { sentence } from "~/lib/sentence";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

export function EmailPanel({ profile }: { profile: Profile }) {
  const [open, setOpen] = useState(false);
  const [lost, setLost] = useState<string | null>(null);
  const finish = (problem: string | null) => {
    setOpen(false);
    setLost(problem);
  };
  return (
    <Panel
      title="E-mail address"
      lead="Z2 writes to it when you forget your password. Once it is confirmed you can also sign in with it."
      action={
        <OpeningButton open={open} onOpen={() => setOpen(true)}>
          {profile.email ? "Change" : "Add one"}
        </OpeningButton>
      }
    >
      {lost && !open && (
        <div className="mb-4">
          <Notice tone="danger" title="The letter did not go out">
            {sentence(lost)}
          </Notice>
        </div>
      )}
      {open ? <EmailForm profile={profile} onDone={finish} /> : <Address profile={profile} />}
    </Panel>
  );
}

function Address({ profile: { email, email_verified: confirmed, mail } }: { profile: Profile }) {
  if (!email) return <p className="text-fg-3">There is none yet.</p>;
  const waiting = mail
    ? "Open the link in the mail that Z2 sent to it. If it has not come, enter the address once more."
    : "It cannot be confirmed for now: this Z2 sends no mail.";
  return (
    <>
      <p className="flex flex-wrap items-center gap-3">
        <span className="min-w-0 font-medium break-all">{email}</span>
        <Tag tone={confirmed ? "ok" : "warn"}>{confirmed ? "Confirmed" : "Not confirmed"}</Tag>
      </p>
      {!confirmed && <p className="mt-1 text-sm text-fg-3">{waiting}</p>}
    </>
  );
}

function EmailForm({ profile, onDone }: { profile: Profile; onDone: (problem: string | null) => void }) {
  const [email, setEmail] = useState(profile.email ?? "");
  const [password, setPassword] = useState("");
  const queryClient = useQueryClient();
  const form = useFocusOnMount<HTMLFormElement>("input");
  const change = useMutation({
    mutationFn: changeEmail,
    onSuccess: ({ letter, problem, ...changed }) => {
      queryClient.setQueryData(profileQuery.queryKey, changed);
      onDone(letter === "not_sent" ? problem : null);
    },
  });
  const problem = change.error ? toProblem(change.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate({ email: email.trim() || null, password });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid max-w-md gap-4">
      <Refusal title="The address was not changed" problem={problem} fields={["email", "password"]} />
      <TextField
        label="New address"
        hint="Leave it empty to have none."
        type="email"
        autoComplete="email"
        maxLength={254}
        value={email}
        onValue={setEmail}
        error={problem?.field("email")}
      />
      {profile.has_password && (
        <PasswordField
          label="Your password"
          value={password}
          onChange={setPassword}
          error={problem?.field("password")}
        />
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" busy={change.isPending}>
          Save the address
        </Button>
        <Button onClick={() => onDone(null)}>Back</Button>
      </div>
    </form>
  );
}
