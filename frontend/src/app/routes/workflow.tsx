import { getRouteApi } from "@tanstack/react-router";
import { WorkflowPage } from "~/features/workflows/workflow-page";

const route = getRouteApi("/signed-in/workflows/$workflowId");

export function Workflow() {
  const { workflowId } = route.useParams();
  const { version } = route.useSearch();
  return <WorkflowPage key={`${workflowId} ${version}`} workflowId={workflowId} version={version} />;
}
