import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ProblemNotice } from "~/components/notice";
import { PageHeader } from "~/components/page-header";
import { Skeleton } from "~/components/skeleton";
import { modelsQuery } from "~/features/models/api/list-models";
import { StartRunForm } from "~/features/runs/start/start-run-form";
import { templatesQuery } from "~/features/templates/api/list-templates";
import { workflowsQuery } from "~/features/workflows/api/list-workflows";
import { toProblem } from "~/lib/api/problem";

const route = getRouteApi("/signed-in/runs/new");

export function NewRun() {
  return (
    <>
      <PageHeader title="New run" lead="Give a team of agents something to work on and watch them." />
      <Form />
    </>
  );
}

function Form() {
  const { sample, workflow } = route.useSearch();
  const navigate = useNavigate();
  const templates = useQuery(templatesQuery);
  const workflows = useQuery(workflowsQuery);
  const models = useQuery(modelsQuery);
  const failed = [templates, workflows, models].find((query) => query.isError && query.data === undefined);
  if (failed)
    return (
      <ProblemNotice
        what="The form could not be prepared"
        problem={toProblem(failed.error)}
        onRetry={() => void failed.refetch()}
      />
    );
  if (!templates.data || !workflows.data || !models.data)
    return <Skeleton lines={6} label="Loading the form" />;
  return (
    <StartRunForm
      catalogue={templates.data}
      workflows={workflows.data}
      models={models.data}
      withSample={sample === true}
      workflow={workflow}
      onStarted={(runId) =>
        void navigate({ to: "/runs/$runId", params: { runId }, search: { view: "steps" } })
      }
    />
  );
}
