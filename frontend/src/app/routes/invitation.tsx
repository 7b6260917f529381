import { useQuery } from "@tanstack/react-query";
import { Entrance } from "~/app/entrance";
import { useEnter } from "~/app/use-enter";
import { useLink } from "~/app/use-link";
import { Skeleton } from "~/components/skeleton";
import { VoidLink } from "~/components/void-link";
import { InvitationPage } from "~/features/invitations/invitation-page";
import { currentSession } from "~/features/session/api/current-session";
import { SignInForm } from "~/features/session/sign-in-form";

export function Invitation() {
  const invitation = useLink();
  const enter = useEnter();
  const session = useQuery(currentSession);
  return (
    <Entrance title="Join a workspace" lead="Somebody who works with Z2 has invited you.">
      {session.isPending ? (
        <Skeleton label="Loading the invitation" />
      ) : (
        <InvitationPage
          key={invitation}
          invitation={invitation}
          me={session.data?.name ?? null}
          ifVoid={<Void />}
          signIn={<SignInForm onSignedIn={() => void session.refetch()} />}
          onJoined={() => enter()}
        />
      )}
    </Entrance>
  );
}

function Void() {
  return (
    <VoidLink>
      <p>Ask whoever invited you for a new invitation.</p>
    </VoidLink>
  );
}
