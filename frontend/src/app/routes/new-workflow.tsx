import { useNavigate } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { NotForYou } from "~/components/not-for-you";
import { PageHeader } from "~/components/page-header";
import { WorkflowEditor } from "~/features/workflows/workflow-editor";
import { may } from "~/lib/scopes";

export function NewWorkflow() {
  const navigate = useNavigate();
  const write = may(useSession(), "workflows:write");
  return (
    <>
      <PageHeader
        title="New workflow"
        lead="Paste it, choose a file, or begin with an example. Each mistake is told with its line."
      />
      {write ? (
        <WorkflowEditor
          first=""
          onPublished={(workflowId) =>
            void navigate({ to: "/workflows/$workflowId", params: { workflowId } })
          }
        />
      ) : (
        <NotForYou needs="workflows:write" />
      )}
    </>
  );
}
