import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { PasswordField } from "~/components/password-field";
import { Refusal } from "~/components/refusal";
import { LOGIN_NAME, TextField } from "~/components/text-field";
import { signIn } from "~/features/session/api/sign-in";
import { toProblem } from "~/lib/api/problem";

export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({ mutationFn: signIn, onSuccess: onSignedIn });
  const problem = attempt.error ? toProblem(attempt.error) : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!attempt.isPending) attempt.mutate({ name, password });
  };

  return (
    <form onSubmit={submit} className="grid gap-5">
      <Refusal title="Signing in failed" problem={problem} fields={["name", "password"]} />
      <TextField
        {...LOGIN_NAME}
        label="Name or e-mail address"
        value={name}
        onValue={setName}
        error={problem?.field("name")}
      />
      <PasswordField value={password} onChange={setPassword} error={problem?.field("password")} />
      <Button type="submit" kind="primary" busy={attempt.isPending}>
        Sign in
      </Button>
    </form>
  );
}
