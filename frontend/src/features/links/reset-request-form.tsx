import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Notice } from "~/components/notice";
import { Refusal } from "~/components/refusal";
import { LOGIN_NAME, TextField } from "~/components/text-field";
import { requestReset } from "~/features/links/api/request-reset";
import { toProblem } from "~/lib/api/problem";

/** Asking for a new password. Who asks learns nothing about whether there is such an account. */
export function ResetRequestForm() {
  const [name, setName] = useState("");
  const ask = useMutation({ mutationFn: requestReset });
  const problem = ask.error ? toProblem(ask.error) : undefined;
  if (ask.data !== undefined) return <Asked mail={ask.data} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ask.isPending) ask.mutate(name);
  };
  return (
    <form onSubmit={submit} className="grid gap-5">
      <Refusal title="This could not be asked" problem={problem} fields={["name"]} />
      <TextField
        {...LOGIN_NAME}
        label="Name or e-mail address"
        value={name}
        onValue={setName}
        error={problem?.field("name")}
      />
      <Button type="submit" kind="primary" busy={ask.isPending}>
        Ask for a new password
      </Button>
    </form>
  );
}

function Asked({ mail }: { mail: boolean }) {
  return (
    <div role="status">
      <Notice tone="ok" title={mail ? "Look into your mail" : "Your administrator can help now"}>
        {mail
          ? "If there is such an account and its address is verified, a link is on its way to it. It works once and for a short time; nothing has changed until you use it."
          : "This Z2 sends no mail. If there is such an account, an administrator sees that you asked and can hand you a link. Tell one that you wait for it."}
      </Notice>
    </div>
  );
}
