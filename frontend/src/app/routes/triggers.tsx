import { useQuery } from "@tanstack/react-query";
import { useSession } from "~/app/use-session";
import { PageHeader } from "~/components/page-header";
import { TriggersPanel } from "~/features/triggers/triggers-panel";
import { workflowsQuery } from "~/features/workflows/api/list-workflows";
import { may } from "~/lib/scopes";

export function Triggers() {
  const session = useSession();
  const workflows = useQuery(workflowsQuery);
  return (
    <>
      <PageHeader title="Triggers" lead="Runs that other systems start by a signed message." />
      <TriggersPanel
        mayStart={may(session, "runs:start")}
        mayControl={may(session, "runs:control")}
        workflows={workflows.data ?? []}
      />
    </>
  );
}
