import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/button";
import { FieldError } from "~/components/field";
import { Loaded } from "~/components/loaded";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { RecordItem, Records, Tag } from "~/components/records";
import { workspacesQuery } from "~/features/workspaces/api/list-workspaces";
import { switchWorkspace } from "~/features/workspaces/api/switch-workspace";
import { NameForm } from "~/features/workspaces/name-form";
import { toProblem } from "~/lib/api/problem";
import type { Workspace } from "~/lib/api/types";

interface Props {
  mayFound: boolean;
  mayRename: boolean;
  onSwitched: () => void;
}

/** The workspaces that one belongs to. None sees anything of another. */
export function WorkspacesPanel({ mayFound, mayRename, onSwitched }: Props) {
  const query = useQuery(workspacesQuery);
  const [form, setForm] = useState<Workspace | "new">();
  return (
    <Panel
      title="Workspaces"
      lead="You work in one at a time; none sees anything of another."
      action={
        mayFound && (
          <OpeningButton icon="plus" open={form !== undefined} onOpen={() => setForm("new")}>
            New workspace
          </OpeningButton>
        )
      }
    >
      <div className="grid gap-6">
        {form && (
          <NameForm
            key={form === "new" ? "" : form.id}
            workspace={form === "new" ? undefined : form}
            onClose={() => setForm(undefined)}
          />
        )}
        <Loaded query={query} what="The workspaces" lines={2}>
          {(workspaces) => (
            <Records label="Workspaces">
              {workspaces.map((workspace) => (
                <RecordItem
                  key={workspace.id}
                  title={workspace.name}
                  tags={
                    <>
                      {workspace.current && <Tag tone="ok">You are here</Tag>}
                      {workspace.home && <Tag>Home of your account</Tag>}
                    </>
                  }
                  actions={
                    workspace.current ? (
                      mayRename && (
                        <Button
                          small
                          aria-label={`Rename: ${workspace.name}`}
                          onClick={() => setForm(workspace)}
                        >
                          Rename
                        </Button>
                      )
                    ) : (
                      <Switch workspace={workspace} onSwitched={onSwitched} />
                    )
                  }
                >
                  You are {workspace.role} there;{" "}
                  {workspace.members === 1 ? "1 member" : `${workspace.members} members`}.
                </RecordItem>
              ))}
            </Records>
          )}
        </Loaded>
      </div>
    </Panel>
  );
}

function Switch({ workspace, onSwitched }: { workspace: Workspace; onSwitched: () => void }) {
  const go = useMutation({ mutationFn: () => switchWorkspace(workspace.id), onSuccess: onSwitched });
  const problem = go.error ? toProblem(go.error) : undefined;
  return (
    <div>
      <Button
        small
        icon="arrow-right"
        busy={go.isPending}
        aria-label={`Go there: ${workspace.name}`}
        onClick={() => go.mutate()}
      >
        Go there
      </Button>
      {problem && (
        <FieldError id={`switch-fault-${workspace.id}`} message={problem.detail || problem.title} />
      )}
    </div>
  );
}
