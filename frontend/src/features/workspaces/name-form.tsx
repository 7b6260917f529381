import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { TextField } from "~/components/text-field";
import { foundWorkspace } from "~/features/workspaces/api/found-workspace";
import { workspacesQuery } from "~/features/workspaces/api/list-workspaces";
import { renameWorkspace } from "~/features/workspaces/api/rename-workspace";
import { toProblem } from "~/lib/api/problem";
import type { Workspace } from "~/lib/api/types";
import { newKey } from "~/lib/new-key";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  /** The one that gets another name; a new one is founded. */
  workspace: Workspace | undefined;
  onClose: () => void;
}

export function NameForm({ workspace, onClose }: Props) {
  const [name, setName] = useState(workspace?.name ?? "");
  const [key] = useState(newKey);
  const form = useFocusOnMount<HTMLFormElement>("input");
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (chosen: string) =>
      workspace ? renameWorkspace(workspace.id, chosen) : foundWorkspace({ name: chosen, key }),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey });
    },
  });
  const problem = save.error ? toProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate(name.trim());
  };
  return (
    <form ref={form} onSubmit={submit} className="grid max-w-md gap-5 rounded-card bg-raised p-5">
      <h3 className="font-semibold">{workspace ? "Rename the workspace" : "New workspace"}</h3>
      <Refusal title="The workspace was not saved" problem={problem} fields={["name"]} />
      <TextField
        label="Name of the workspace"
        required
        maxLength={80}
        autoComplete="off"
        value={name}
        onValue={setName}
        error={problem?.field("name")}
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" busy={save.isPending}>
          {workspace ? "Save the name" : "Found the workspace"}
        </Button>
        <Button onClick={onClose}>Back</Button>
      </div>
    </form>
  );
}
