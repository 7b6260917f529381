import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "~/components/button";
import { NewPassword } from "~/components/new-password";
import { Refusal } from "~/components/refusal";
import { LOGIN_NAME, TextField } from "~/components/text-field";
import { acceptAsNew } from "~/features/invitations/api/accept-as-new";
import { toProblem } from "~/lib/api/problem";
import { isVoid } from "~/lib/api/void-link";
import { strengthOf } from "~/lib/password-rules";

interface Props {
  invitation: string;
  ifVoid: ReactNode;
  onJoined: () => void;
}

export function JoinAsNew({ invitation, ifVoid, onJoined }: Props) {
  const [name, setName] = useState("");
  const [password, choosePassword] = useState("");
  const join = useMutation({ mutationFn: acceptAsNew, onSuccess: onJoined });
  const problem = join.error ? toProblem(join.error) : undefined;
  if (problem && isVoid(problem)) return ifVoid;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!join.isPending) join.mutate({ invitation, name: name.trim(), password });
  };
  return (
    <form onSubmit={submit} className="grid gap-5">
      <Refusal title="The account was not made" problem={problem} fields={["name", "password"]} />
      <TextField
        {...LOGIN_NAME}
        label="Name"
        hint="You sign in under it, and others see it."
        maxLength={80}
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
      <Button type="submit" kind="primary" busy={join.isPending} disabled={!strengthOf(password, name).fits}>
        Make the account and join
      </Button>
    </form>
  );
}
