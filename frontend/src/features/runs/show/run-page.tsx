import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { actsByStep } from "~/features/runs/acting/acts";
import { modelCallsByStep } from "~/features/runs/acting/model-calls";
import { RunAsks } from "~/features/runs/asks/run-asks";
import type { RunState } from "~/features/runs/live/run-state";
import { useRun } from "~/features/runs/live/use-run";
import { InputView } from "~/features/runs/show/input-view";
import { ResultView } from "~/features/runs/show/result-view";
import { type Rights, RightsContext } from "~/features/runs/show/rights";
import { RunHeader } from "~/features/runs/show/run-header";
import { RunNews } from "~/features/runs/show/run-news";
import { RunTabs } from "~/features/runs/show/run-tabs";
import type { RunView } from "~/features/runs/show/search";
import { startedRuns } from "~/features/runs/show/step-words";
import { StepsView } from "~/features/runs/show/steps-view";
import { TimelineView } from "~/features/runs/show/timeline-view";
import { asksPeople, useReadAnew } from "~/features/runs/show/use-read-anew";
import { WhyPanel } from "~/features/runs/show/why-panel";
import type { Problem } from "~/lib/api/problem";

interface Props {
  runId: string;
  view: RunView | undefined;
  rights: Rights;
  onRefused: () => void;
  /** Called with the run that was started like this one. */
  onRerun: (runId: string) => void;
}

/** A run: what it does now, what it gave, what it was given, and all that happened. */
export function RunPage({ runId, view, rights, onRefused, onRerun }: Props) {
  const { snapshot, retry } = useRun(runId, onRefused);
  if (snapshot.phase === "loading") return <Loading />;
  if (snapshot.phase === "failed") return <Failed problem={snapshot.problem} onRetry={retry} />;
  return (
    <RightsContext value={rights}>
      <Shown state={snapshot} view={view} onRerun={onRerun} />
    </RightsContext>
  );
}

interface ShownProps extends Pick<Props, "view" | "onRerun"> {
  state: RunState;
}

function Shown({ state, view, onRerun }: ShownProps) {
  const { run } = state;
  // Chosen once: a run that completes while one reads its steps does not turn the page over.
  const [first] = useState<RunView>(run.status === "completed" ? "result" : "steps");
  const current = view ?? first;
  const started = useMemo(() => startedRuns(state.events), [state.events]);
  const acts = useMemo(() => actsByStep(state.events), [state.events]);
  const calls = useMemo(() => modelCallsByStep(state.events), [state.events]);
  const undone = state.events.some((event) => event.type === "run.compensation_begun.v1");
  useReadAnew(run);
  return (
    <>
      <RunHeader run={run} undone={undone} onRerun={onRerun} />
      <RunNews run={run} view={current} />
      <RunTabs state={state} current={current} />
      {current === "steps" && (
        <>
          {asksPeople(run) && <RunAsks runId={run.id} />}
          <WhyPanel run={run} />
          <StepsView shown={{ run, drafts: state.drafts, started, acts, calls, undone }} />
        </>
      )}
      {current === "result" && <ResultView run={run} />}
      {current === "input" && <InputView run={run} />}
      {current === "timeline" && <TimelineView run={run} events={state.events} />}
    </>
  );
}

function Loading() {
  return (
    <>
      <title>Run · Z2</title>
      <h1 className="sr-only">Run</h1>
      <Skeleton lines={7} label="Loading the run" />
    </>
  );
}

function Failed({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  if (problem.status !== 404) {
    return (
      <>
        <title>Run · Z2</title>
        <h1 className="mb-4 text-2xl font-semibold">Run</h1>
        <ProblemNotice what="The run could not be read" problem={problem} onRetry={onRetry} />
      </>
    );
  }
  const back = (
    <Link to="/runs" className={buttonClass("quiet")}>
      All runs
    </Link>
  );
  return (
    <>
      <title>No such run · Z2</title>
      <h1 className="sr-only">No such run</h1>
      <EmptyState icon="circle-dashed" title="There is no such run here" action={back}>
        The link may be mistyped, or the run belongs to another workspace.
      </EmptyState>
    </>
  );
}
