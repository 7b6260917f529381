import { useQuery } from "@tanstack/react-query";
import { useSession } from "~/app/use-session";
import { PageHeader } from "~/components/page-header";
import { SchedulesPanel } from "~/features/schedules/schedules-panel";
import { templatesQuery } from "~/features/templates/api/list-templates";
import { workflowsQuery } from "~/features/workflows/api/list-workflows";
import { may } from "~/lib/scopes";

export function Schedules() {
  const session = useSession();
  const templates = useQuery(templatesQuery);
  const workflows = useQuery(workflowsQuery);
  return (
    <>
      <PageHeader title="Schedules" lead="Runs that start by themselves: at a moment, or again and again." />
      <SchedulesPanel
        mayStart={may(session, "runs:start")}
        mayControl={may(session, "runs:control")}
        templates={templates.data?.items ?? []}
        workflows={workflows.data ?? []}
      />
    </>
  );
}
