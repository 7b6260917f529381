import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Loaded } from "~/components/loaded";
import { PageHeader } from "~/components/page-header";
import { workflowQuery } from "~/features/workflows/api/read-workflow";
import { WorkflowEditor } from "~/features/workflows/workflow-editor";
import { workflowText } from "~/features/workflows/workflow-text";
import type { Workflow } from "~/lib/api/types";

interface Props {
  workflowId: string;
  version: number | undefined;
  onPublished: (workflowId: string) => void;
}

/** The next version of a workflow, which begins as the one that there is. */
export function EditWorkflow({ workflowId, version, onPublished }: Props) {
  // what was read when the editing began stays: nobody's text changes under their hands
  const query = useQuery({ ...workflowQuery(workflowId, version), staleTime: Number.POSITIVE_INFINITY });
  return (
    <>
      {query.data === undefined && <PageHeader title="New version" />}
      <Loaded query={query} what="The workflow" lines={6}>
        {(workflow) => <Editing workflow={workflow} onPublished={onPublished} />}
      </Loaded>
    </>
  );
}

function Editing({ workflow, onPublished }: { workflow: Workflow; onPublished: Props["onPublished"] }) {
  const first = useMemo(() => workflowText(workflow.definition), [workflow.definition]);
  return (
    <>
      <PageHeader
        title={`New version of ${workflow.name}`}
        lead={
          <>
            Begun with version {workflow.version} of {workflow.newest}. Runs that are under way keep theirs.{" "}
            <Link
              to="/workflows/$workflowId"
              params={{ workflowId: workflow.id }}
              className="rounded-sm text-info underline underline-offset-4"
            >
              Back to the workflow
            </Link>
          </>
        }
      />
      <WorkflowEditor
        key={`${workflow.id} ${workflow.version}`}
        workflowId={workflow.id}
        first={first}
        onPublished={onPublished}
      />
    </>
  );
}
