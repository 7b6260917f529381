import { useSession } from "~/app/use-session";
import { WorkspacesPanel } from "~/features/workspaces/workspaces-panel";
import { START } from "~/lib/safe-path";
import { may } from "~/lib/scopes";

export function Workspaces() {
  const session = useSession();
  return (
    <WorkspacesPanel
      mayFound={may(session, "workspaces:found")}
      mayRename={may(session, "roles:manage")}
      // nothing of the page may stay: neither what it had read nor the streams that it follows
      onSwitched={() => window.location.assign(START)}
    />
  );
}
