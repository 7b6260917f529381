import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Field } from "~/components/field";
import { Notice } from "~/components/notice";
import { signIn } from "~/features/session/api/sign-in";
import { PasswordField } from "~/features/session/password-field";
import { toProblem } from "~/lib/api/problem";
import { sentence } from "~/lib/sentence";

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
      {problem && (
        <Notice tone="danger" title="Signing in failed">
          {sentence(problem.detail || problem.title)}
        </Notice>
      )}
      <Field label="Name" error={problem?.field("name")}>
        {(field) => (
          <input
            {...field}
            className="control"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <PasswordField value={password} onChange={setPassword} error={problem?.field("password")} />
      <Button type="submit" kind="primary" busy={attempt.isPending}>
        Sign in
      </Button>
    </form>
  );
}
