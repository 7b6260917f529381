import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { NewPassword } from "~/components/new-password";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { PasswordField } from "~/components/password-field";
import { Refusal } from "~/components/refusal";
import { Saved } from "~/components/saved";
import { LOGIN_NAME } from "~/components/text-field";
import { changePassword } from "~/features/profile/api/change-password";
import { toProblem } from "~/lib/api/problem";
import type { Profile } from "~/lib/api/types";
import { strengthOf } from "~/lib/password-rules";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

export function PasswordPanel({ profile }: { profile: Profile }) {
  const [open, setOpen] = useState(false);
  const [changed, setChanged] = useState(false);
  const finish = (done: boolean) => {
    setOpen(false);
    setChanged(done);
  };
  if (!profile.has_password) {
    return (
      <Panel
        title="Password"
        lead="You have none: you sign in through a provider. To have one as well, ask for a link on the page “Forgot your password?”."
      />
    );
  }
  return (
    <Panel
      title="Password"
      lead="When you change it, you are signed out everywhere but here."
      action={
        <OpeningButton open={open} onOpen={() => setOpen(true)}>
          Change
        </OpeningButton>
      }
    >
      {open && <PasswordForm profile={profile} onDone={finish} />}
      <Saved when={changed && !open}>Your password is changed; every other sign-in has ended.</Saved>
    </Panel>
  );
}

function PasswordForm({ profile, onDone }: { profile: Profile; onDone: (changed: boolean) => void }) {
  const [password, setPassword] = useState("");
  const [chosen, choose] = useState("");
  const queryClient = useQueryClient();
  const form = useFocusOnMount<HTMLFormElement>("input[type=password]");
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: async () => {
      onDone(true);
      await queryClient.invalidateQueries({ queryKey: ["logins"] });
    },
  });
  const problem = change.error ? toProblem(change.error) : undefined;
  // the API names the field of the new password as that of a password that is chosen
  const ofNew = problem?.field("new_password") ?? (problem?.code === "invalid" && problem.field("password"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate({ password, new_password: chosen });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid max-w-md gap-5">
      <Refusal title="The password was not changed" problem={problem} fields={["password", "new_password"]} />
      <input {...LOGIN_NAME} readOnly hidden value={profile.name} />
      <PasswordField
        label="Your present password"
        value={password}
        onChange={setPassword}
        error={ofNew ? undefined : problem?.field("password")}
      />
      <NewPassword
        label="New password"
        value={chosen}
        onChange={choose}
        error={ofNew || undefined}
        own={[profile.name, profile.email ?? ""]}
      />
      <div className="flex flex-wrap gap-3">
        <Button
          type="submit"
          kind="primary"
          busy={change.isPending}
          disabled={!strengthOf(chosen, profile.name).fits}
        >
          Change the password
        </Button>
        <Button onClick={() => onDone(false)}>Back</Button>
      </div>
    </form>
  );
}
