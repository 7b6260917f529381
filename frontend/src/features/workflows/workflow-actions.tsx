import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AskingButton } from "~/components/asking-button";
import { buttonClass } from "~/components/button";
import { Icon } from "~/components/icon";
import { archiveWorkflow } from "~/features/workflows/api/publish-workflow";
import type { WorkflowRights } from "~/features/workflows/workflow-page";
import type { Workflow } from "~/lib/api/types";

/** What can be done with a workflow: run it, publish its next version, archive it. */
export function WorkflowActions({ workflow, rights }: { workflow: Workflow; rights: WorkflowRights }) {
  const queryClient = useQueryClient();
  const archive = async () => {
    await archiveWorkflow(workflow.id);
    await queryClient.invalidateQueries({ queryKey: ["workflows"] });
  };
  const archived = workflow.status === "archived";
  return (
    <div className="mt-4 flex flex-wrap gap-3 empty:hidden">
      {rights.start && !archived && (
        <Link to="/runs/new" search={{ workflow: workflow.id }} className={buttonClass("primary")}>
          <Icon name="play" />
          Run it
        </Link>
      )}
      {rights.write && (
        <Link
          to="/workflows/$workflowId/edit"
          params={{ workflowId: workflow.id }}
          search={workflow.version < workflow.newest ? { version: workflow.version } : {}}
          className={buttonClass("quiet")}
        >
          <Icon name="pencil" />
          {archived ? "Publish it again" : "New version"}
        </Link>
      )}
      {rights.write && !archived && (
        <AskingButton
          label="Archive"
          icon="archive"
          kind="danger"
          size="normal"
          question={`Archive “${workflow.name}”?`}
          confirm="Archive it"
          failed="The workflow could not be archived"
          act={archive}
        >
          <p>
            No run of it is started any more, neither by people nor by schedules and triggers. Runs that are
            under way go on. Publishing it again brings it back.
          </p>
        </AskingButton>
      )}
    </div>
  );
}
