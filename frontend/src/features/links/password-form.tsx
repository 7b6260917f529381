import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "~/components/button";
import { NewPassword } from "~/components/new-password";
import { Refusal } from "~/components/refusal";
import { LOGIN_NAME, TextField } from "~/components/text-field";
import { setPassword } from "~/features/links/api/set-password";
import { toProblem } from "~/lib/api/problem";
import { isVoid } from "~/lib/api/void-link";
import { strengthOf } from "~/lib/password-rules";

interface Props {
  link: string;
  /** The name of the account, if it has one. */
  name: string | null;
  /** Whether there has been no password yet: then the name can still be chosen. */
  first: boolean;
  ifVoid: ReactNode;
  onSignedIn: () => void;
}

/** Choosing a password, and where it is the first one also the name to sign in under. */
export function PasswordForm({ link, name: known, first, ifVoid, onSignedIn }: Props) {
  const [name, setName] = useState(known ?? "");
  const [password, choosePassword] = useState("");
  const choose = useMutation({ mutationFn: setPassword, onSuccess: onSignedIn });
  const problem = choose.error ? toProblem(choose.error) : undefined;
  if (problem && isVoid(problem)) return ifVoid;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!choose.isPending) choose.mutate({ link, password, name: first ? name.trim() : null });
  };
  return (
    <form onSubmit={submit} className="grid gap-5">
      <Refusal title="The password was not taken" problem={problem} fields={["name", "password"]} />
      <TextField
        {...LOGIN_NAME}
        label="Name"
        hint={first ? "You sign in under it, and others see it." : undefined}
        maxLength={80}
        readOnly={!first}
        value={name}
        onValue={setName}
        error={problem?.field("name")}
      />
      <NewPassword
        value={password}
        onChange={choosePassword}
        error={problem?.field("password")}
        own={[name]}
      />
      <Button
        type="submit"
        kind="primary"
        busy={choose.isPending}
        disabled={!strengthOf(password, name).fits}
      >
        {first ? "Set up and sign in" : "Change the password and sign in"}
      </Button>
    </form>
  );
}
