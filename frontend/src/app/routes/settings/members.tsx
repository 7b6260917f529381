import { useQuery } from "@tanstack/react-query";
import { useSession } from "~/app/use-session";
import { NotForYou } from "~/components/not-for-you";
import { InvitationsPanel } from "~/features/invitations/invitations-panel";
import { MembersPage } from "~/features/members/members-page";
import { rolesQuery } from "~/features/roles/api/list-roles";
import { may } from "~/lib/scopes";

export function Members() {
  const session = useSession();
  const { data } = useQuery(rolesQuery);
  if (!may(session, "members:manage")) return <NotForYou needs="members:manage" />;
  // a role that is beyond one's own rights cannot be given, and that of agents is not for people
  const roles = (data ?? [])
    .filter(({ role, scopes }) => role !== "agent" && scopes.every((scope) => may(session, scope)))
    .map(({ role }) => role);
  return (
    <>
      <MembersPage me={session.user_id} roles={roles} />
      <InvitationsPanel roles={roles} />
    </>
  );
}
