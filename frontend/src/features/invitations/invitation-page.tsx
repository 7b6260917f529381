import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "~/components/button";
import { Loaded } from "~/components/loaded";
import { invitationQuery } from "~/features/invitations/api/read-invitation";
import { JoinAsMyself } from "~/features/invitations/join-as-myself";
import { JoinAsNew } from "~/features/invitations/join-as-new";
import { toProblem } from "~/lib/api/problem";
import { isVoid } from "~/lib/api/void-link";
import { formatDay } from "~/lib/format";

interface Props {
  invitation: string;
  /** The name of whoever is signed in; null for a stranger. */
  me: string | null;
  ifVoid: ReactNode;
  /** The form with which somebody who has an account signs in here, so that the link need not go anywhere else. */
  signIn: ReactNode;
  onJoined: () => void;
}

/** What somebody is invited to, and the ways to accept. */
export function InvitationPage({ invitation, me, ifVoid, signIn, onJoined }: Props) {
  const query = useQuery({ ...invitationQuery(invitation), enabled: invitation !== "" });
  if (!invitation || (query.error && isVoid(toProblem(query.error)))) return ifVoid;
  return (
    <Loaded query={query} what="The invitation">
      {(offer) => (
        <div className="grid gap-6">
          <p>
            You are invited to the workspace <strong className="break-words">{offer.workspace}</strong> in the
            role <strong>{offer.role}</strong>. The invitation is good until {formatDay(offer.expires_at)}.
          </p>
          {me === null ? (
            <Stranger
              signIn={signIn}
              asNew={<JoinAsNew invitation={invitation} ifVoid={ifVoid} onJoined={onJoined} />}
            />
          ) : (
            <JoinAsMyself invitation={invitation} name={me} ifVoid={ifVoid} onJoined={onJoined} />
          )}
        </div>
      )}
    </Loaded>
  );
}

/** Nobody is signed in: a new account, or first the one that they have. */
function Stranger({ signIn, asNew }: { signIn: ReactNode; asNew: ReactNode }) {
  const [hasAccount, setHasAccount] = useState(false);
  return (
    <>
      <fieldset aria-label="With which account" className="flex flex-wrap gap-3">
        <Button small aria-pressed={!hasAccount} onClick={() => setHasAccount(false)}>
          I am new here
        </Button>
        <Button small aria-pressed={hasAccount} onClick={() => setHasAccount(true)}>
          I have an account
        </Button>
      </fieldset>
      {hasAccount ? signIn : asNew}
    </>
  );
}
