import { useSession } from "~/app/use-session";
import { NotForYou } from "~/components/not-for-you";
import { RolesPanel } from "~/features/roles/roles-panel";
import { may } from "~/lib/scopes";

export function Roles() {
  const session = useSession();
  if (!may(session, "roles:manage")) return <NotForYou needs="roles:manage" />;
  return <RolesPanel scopes={session.scopes} />;
}
