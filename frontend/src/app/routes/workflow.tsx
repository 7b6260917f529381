import { getRouteApi } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { WorkflowPage } from "~/features/workflows/workflow-page";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/workflows/$workflowId");

export function Workflow() {
  const { workflowId } = route.useParams();
  const { version } = route.useSearch();
  const session = useSession();
  const rights = { write: may(session, "workflows:write"), start: may(session, "runs:start") };
  return (
    <WorkflowPage
      key={`${workflowId} ${version}`}
      workflowId={workflowId}
      version={version}
      rights={rights}
    />
  );
}
