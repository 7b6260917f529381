import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Icon } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { actsByStep } from "~/features/runs/acting/acts";
import { standing, told } from "~/features/runs/answer/told";
import { ToldStep } from "~/features/runs/answer/told-step";
import { RunAsks } from "~/features/runs/asks/run-asks";
import type { RunState } from "~/features/runs/live/run-state";
import { useRun } from "~/features/runs/live/use-run";
import { asksPeople, useReadAnew } from "~/features/runs/show/use-read-anew";

interface Props {
  runId: string;
  onRefused: () => void;
}

/** What a run that answers somebody says and does, as it happens. */
export function RunAnswer({ runId, onRefused }: Props) {
  const { snapshot, retry } = useRun(runId, onRefused);
  if (snapshot.phase === "loading") return <Skeleton lines={2} label="Loading the answer" />;
  if (snapshot.phase === "failed") {
    return <ProblemNotice what="The answer could not be read" problem={snapshot.problem} onRetry={retry} />;
  }
  return <Heard state={snapshot} />;
}

function Heard({ state }: { state: RunState }) {
  const { run, drafts } = state;
  const acts = useMemo(() => actsByStep(state.events), [state.events]);
  useReadAnew(run);
  const steps = told(run.steps, acts, drafts);
  return (
    <div className="grid grid-cols-1 min-w-0 gap-3">
      {steps.map(({ step, ...rest }) => (
        <ToldStep key={step.id} runId={run.id} step={step} named={run.steps.length > 1} {...rest} />
      ))}
      {asksPeople(run) && <RunAsks runId={run.id} />}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-fg-3">
        <span role="status" className="inline-flex items-center gap-1.5">
          {run.ended_at === null && run.status === "running" && (
            <Icon name="loader-circle" className="spin size-4 text-info" />
          )}
          {standing(run)}
        </span>
        <Link
          to="/runs/$runId"
          params={{ runId: run.id }}
          search={{ view: "steps" }}
          className="inline-flex items-center gap-1 rounded-sm text-info underline-offset-4 hover:underline"
        >
          The run
          <Icon name="arrow-up-right" className="size-3.5" />
        </Link>
      </p>
    </div>
  );
}
