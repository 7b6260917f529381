import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { workflowsQuery } from "~/features/workflows/api/list-workflows";
import { WorkflowCard } from "~/features/workflows/workflow-card";
import { toProblem } from "~/lib/api/problem";

export function WorkflowsList() {
  const query = useQuery(workflowsQuery);
  if (query.isPending) return <Skeleton lines={5} label="Loading the workflows" />;
  if (query.data === undefined) {
    return (
      <ProblemNotice
        what="The workflows could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (query.data.length === 0) return <NoWorkflowsYet />;
  return (
    <ul className="grid gap-4">
      {query.data.map((workflow) => (
        <WorkflowCard key={workflow.id} workflow={workflow} />
      ))}
    </ul>
  );
}

function NoWorkflowsYet() {
  return (
    <EmptyState icon="workflow" title="No workflows yet">
      The first run of a template brings its workflow with it. You can also publish one of your own, here or
      by <code>z2 workflow publish FILE</code>, or have one drafted for a goal.
    </EmptyState>
  );
}
