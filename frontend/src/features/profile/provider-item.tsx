import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { OpeningButton } from "~/components/opening-button";
import { PasswordField } from "~/components/password-field";
import { RecordItem, Tag } from "~/components/records";
import { Refusal } from "~/components/refusal";
import { linkProvider, unlinkProvider } from "~/features/profile/api/link-provider";
import { profileQuery } from "~/features/profile/api/read-profile";
import { toProblem } from "~/lib/api/problem";
import type { SignOnProvider } from "~/lib/api/types";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  provider: SignOnProvider;
  linked: boolean;
  hasPassword: boolean;
}

/** One provider of single sign-on. Whoever links or unlinks it shows once more that the account is theirs. */
export function ProviderItem({ provider, linked, hasPassword }: Props) {
  const [open, setOpen] = useState(false);
  const verb = linked ? "Unlink" : "Link";
  return (
    <RecordItem
      title={provider.title}
      tags={linked && <Tag tone="ok">Linked</Tag>}
      actions={
        <OpeningButton open={open} label={`${verb}: ${provider.title}`} onOpen={() => setOpen(true)}>
          {verb}
        </OpeningButton>
      }
    >
      <p>{linked ? "You can sign in with it." : "Not linked to your account."}</p>
      {open && <Proof {...{ provider, linked, hasPassword }} onDone={() => setOpen(false)} />}
    </RecordItem>
  );
}

function Proof({ provider, linked, hasPassword, onDone }: Props & { onDone: () => void }) {
  const [password, setPassword] = useState("");
  const queryClient = useQueryClient();
  const form = useFocusOnMount<HTMLFormElement>(hasPassword ? "input" : "button");
  const change = useMutation({
    mutationFn: async () => {
      if (!linked) return window.location.assign(await linkProvider(provider.name, password));
      await unlinkProvider(provider.name, password);
      await queryClient.invalidateQueries({ queryKey: profileQuery.queryKey });
      onDone();
    },
  });
  const problem = change.error ? toProblem(change.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <form ref={form} onSubmit={submit} className="mt-4 grid max-w-md gap-4">
      <Refusal
        title={linked ? "It was not unlinked" : "It was not linked"}
        problem={problem}
        fields={["password"]}
      />
      <p>
        {linked
          ? "You will not be able to sign in with it any more."
          : "Whoever can sign in there will be able to sign in here as you."}
      </p>
      {hasPassword && (
        <PasswordField
          label="Your password"
          value={password}
          onChange={setPassword}
          error={problem?.field("password")}
        />
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind={linked ? "danger" : "primary"} busy={change.isPending}>
          {linked ? `Unlink ${provider.title}` : `Go on to ${provider.title}`}
        </Button>
        <Button onClick={onDone}>Back</Button>
      </div>
    </form>
  );
}
