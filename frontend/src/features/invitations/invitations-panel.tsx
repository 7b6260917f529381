import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { Loaded } from "~/components/loaded";
import { Notice } from "~/components/notice";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { RecordItem, Records, Tag } from "~/components/records";
import { Secret } from "~/components/secret";
import { invitationsQuery } from "~/features/invitations/api/list-invitations";
import { withdrawInvitation } from "~/features/invitations/api/withdraw-invitation";
import { InviteForm } from "~/features/invitations/invite-form";
import type { Invitation, NewInvitation } from "~/lib/api/types";
import { formatDay, formatMoment } from "~/lib/format";

/** Links that let somebody join the workspace, with the account they have or with a new one. */
export function InvitationsPanel({ roles }: { roles: readonly string[] }) {
  const query = useQuery(invitationsQuery);
  const [inviting, setInviting] = useState(false);
  const [made, setMade] = useState<NewInvitation>();
  return (
    <Panel
      title="Invitations"
      lead="A link lets one person join, with the account they have or with a new one whose name they choose."
      action={
        <OpeningButton
          icon="mail-plus"
          open={inviting || made !== undefined}
          onOpen={() => setInviting(true)}
        >
          Invite
        </OpeningButton>
      }
    >
      <div className="grid gap-6">
        {inviting && (
          <InviteForm
            roles={roles}
            onMade={(invitation) => {
              setMade(invitation);
              setInviting(false);
            }}
            onClose={() => setInviting(false)}
          />
        )}
        {made && <Made made={made} onDone={() => setMade(undefined)} />}
        <Loaded query={query} what="The invitations" lines={2}>
          {(items) => <Open items={items} />}
        </Loaded>
      </div>
    </Panel>
  );
}

function Made({ made, onDone }: { made: NewInvitation; onDone: () => void }) {
  if (!made.link) {
    return (
      <div role="status">
        <Notice tone="ok" title="The invitation is on its way">
          It went out by mail, and is good until {formatDay(made.expires_at)}.
        </Notice>
      </div>
    );
  }
  return (
    <Secret title="The link of the invitation" secret={made.link} onDone={onDone}>
      Send it to this one person: whoever uses it first joins. It is good until{" "}
      {formatMoment(made.expires_at)}, and is shown only now.
    </Secret>
  );
}

function Open({ items }: { items: readonly Invitation[] }) {
  const queryClient = useQueryClient();
  if (items.length === 0) return <p className="text-fg-3">No invitation is open.</p>;
  const withdraw = async (id: string) => {
    await withdrawInvitation(id);
    await queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  };
  return (
    <Records label="Invitations">
      {items.map((item) => (
        <RecordItem
          key={item.id}
          title={item.email || "Whoever has the link"}
          tags={<Tag>{item.role}</Tag>}
          actions={
            <AskingButton
              kind="danger"
              label="Withdraw"
              about={`the invitation of ${item.email || "whoever has the link"}, until ${formatDay(item.expires_at)}`}
              question="Withdraw the invitation?"
              confirm="Withdraw the invitation"
              failed="The invitation could not be withdrawn"
              act={() => withdraw(item.id)}
            >
              <p>Its link lets nobody join from now on.</p>
            </AskingButton>
          }
        >
          Good until {formatMoment(item.expires_at)}.
        </RecordItem>
      ))}
    </Records>
  );
}
