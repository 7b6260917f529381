import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { NotForYou } from "~/components/not-for-you";
import { PageHeader } from "~/components/page-header";
import { EditWorkflow } from "~/features/workflows/edit-workflow";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/workflows/$workflowId/edit");

export function EditWorkflowPage() {
  const { workflowId } = route.useParams();
  const { version } = route.useSearch();
  const navigate = useNavigate();
  if (!may(useSession(), "workflows:write")) {
    return (
      <>
        <PageHeader title="New version" />
        <NotForYou needs="workflows:write" />
      </>
    );
  }
  return (
    <EditWorkflow
      key={workflowId}
      workflowId={workflowId}
      version={version}
      onPublished={(id) => void navigate({ to: "/workflows/$workflowId", params: { workflowId: id } })}
    />
  );
}
