import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { Button } from "~/components/button";
import { Loaded } from "~/components/loaded";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { RecordItem, Records, Tag } from "~/components/records";
import { rolesQuery } from "~/features/roles/api/list-roles";
import { removeRole } from "~/features/roles/api/remove-role";
import { RoleForm } from "~/features/roles/role-form";
import type { Role } from "~/lib/api/types";
import { inWords, type Scope } from "~/lib/scopes";

/** What each role may do; the workspace’s own can be made, changed and removed. */
export function RolesPanel({ scopes }: { scopes: readonly Scope[] }) {
  const query = useQuery(rolesQuery);
  const [editing, setEditing] = useState<Role | "new">();
  const role = editing === "new" ? undefined : editing;
  return (
    <Panel
      title="Roles"
      lead="What members may do. Three roles are in every workspace; others are its own. A change holds within a second."
      action={
        <OpeningButton icon="plus" open={editing !== undefined} onOpen={() => setEditing("new")}>
          New role
        </OpeningButton>
      }
    >
      <div className="grid gap-6">
        {editing && (
          <RoleForm
            key={role?.role ?? ""}
            role={role}
            scopes={scopes}
            onClose={() => setEditing(undefined)}
          />
        )}
        <Loaded query={query} what="The roles">
          {(roles) => (
            <Records label="Roles">
              {roles.map((each) => (
                <RoleItem
                  key={each.role}
                  role={each}
                  mine={each.scopes.every((scope) => scopes.includes(scope))}
                  onEdit={() => setEditing(each)}
                />
              ))}
            </Records>
          )}
        </Loaded>
      </div>
    </Panel>
  );
}

interface ItemProps {
  role: Role;
  /** Whether the person has all that the role has: only then is it theirs to change. */
  mine: boolean;
  onEdit: () => void;
}

function RoleItem({ role, mine, onEdit }: ItemProps) {
  const held = role.members === 1 ? "1 member" : `${role.members} members`;
  return (
    <RecordItem
      title={role.role}
      tags={
        <>
          {role.built_in && <Tag>Built in</Tag>}
          <span className="text-sm text-fg-3">{held}</span>
        </>
      }
      actions={
        !role.built_in &&
        mine && (
          <>
            <Button small aria-label={`Change: ${role.role}`} onClick={onEdit}>
              Change
            </Button>
            {role.members === 0 && <Remove role={role.role} />}
          </>
        )
      }
    >
      {inWords(role.scopes) || "May do nothing."}
    </RecordItem>
  );
}

function Remove({ role }: { role: string }) {
  const queryClient = useQueryClient();
  return (
    <AskingButton
      kind="danger"
      label="Remove"
      about={role}
      question={`Remove the role ${role}?`}
      confirm="Remove the role"
      failed="The role could not be removed"
      act={async () => {
        await removeRole(role);
        await queryClient.invalidateQueries({ queryKey: rolesQuery.queryKey });
      }}
    >
      <p>Nobody has it now. You can define it anew whenever you like.</p>
    </AskingButton>
  );
}
