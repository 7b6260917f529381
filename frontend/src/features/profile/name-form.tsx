import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Panel } from "~/components/panel";
import { Refusal } from "~/components/refusal";
import { Saved } from "~/components/saved";
import { LOGIN_NAME, TextField } from "~/components/text-field";
import { changeName } from "~/features/profile/api/change-name";
import { profileQuery } from "~/features/profile/api/read-profile";
import { toProblem } from "~/lib/api/problem";
import type { Profile } from "~/lib/api/types";

export function NameForm({ profile }: { profile: Profile }) {
  const [name, setName] = useState(profile.name);
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: changeName,
    onSuccess: async (changed) => {
      queryClient.setQueryData(profileQuery.queryKey, changed);
      setName(changed.name);
      await queryClient.invalidateQueries({ queryKey: ["session"] });
    },
  });
  const problem = change.error ? toProblem(change.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate(name.trim());
  };
  return (
    <Panel title="Name" lead="You sign in under it, and others see it.">
      <form onSubmit={submit} className="grid max-w-md gap-4">
        <Refusal title="The name was not changed" problem={problem} fields={["name"]} />
        <TextField
          {...LOGIN_NAME}
          label="Name"
          maxLength={80}
          value={name}
          onValue={setName}
          error={problem?.field("name")}
        />
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" busy={change.isPending} disabled={name.trim() === profile.name}>
            Save the name
          </Button>
          <Saved when={change.isSuccess && name === profile.name}>Saved</Saved>
        </div>
      </form>
    </Panel>
  );
}
