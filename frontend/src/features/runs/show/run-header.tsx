import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon } from "~/components/icon";
import { Status } from "~/components/status";
import { LiveBadge } from "~/features/runs/show/live-badge";
import { isOver, RunActions } from "~/features/runs/show/run-actions";
import type { Run } from "~/lib/api/types";
import { elapsed, formatCost, formatCount, formatDay, formatDuration, formatTime } from "~/lib/format";
import { useNow } from "~/lib/use-now";

interface Props {
  run: Run;
  undone: boolean;
  onRerun: (runId: string) => void;
}

export function RunHeader({ run, undone, onRerun }: Props) {
  return (
    <header className="mb-6">
      <title>{`${run.title} · Z2`}</title>
      <nav aria-label="Breadcrumb" className="mb-2 flex items-center gap-1 text-sm text-fg-3">
        <Link to="/runs" className="rounded-sm py-1 underline-offset-4 hover:text-fg hover:underline">
          Runs
        </Link>
        <Icon name="chevron-right" className="size-3.5" />
        <span className="truncate">{run.workflow_name}</span>
      </nav>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-3xl font-semibold break-words">{run.title}</h1>
          <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1">
            <Status status={run.status} />
            <LiveBadge running={!isOver(run)} />
            {run.parent && (
              <OtherRun runId={run.parent.run_id}>Part of another run, at {run.parent.step}</OtherRun>
            )}
            {run.rerun_of && <OtherRun runId={run.rerun_of}>Another run done again</OtherRun>}
          </p>
        </div>
        <RunActions run={run} undone={undone} onRerun={onRerun} />
      </div>
      <Facts run={run} />
    </header>
  );
}

/** The run that this one comes from. */
function OtherRun({ runId, children }: { runId: string; children: ReactNode }) {
  return (
    <Link
      to="/runs/$runId"
      params={{ runId }}
      className="inline-flex items-center gap-1 rounded-sm text-sm text-info underline-offset-4 hover:underline"
    >
      {children}
      <Icon name="arrow-up-right" className="size-3.5" />
    </Link>
  );
}

function Facts({ run }: { run: Run }) {
  const now = useNow(run.status === "running" ? 100 : 1000, !isOver(run));
  return (
    <dl className="card mt-5 grid grid-cols-2 gap-x-6 gap-y-4 p-5 sm:grid-cols-3 lg:grid-cols-6">
      <Fact label="Workflow" note={`version ${run.workflow_version}`}>
        {run.workflow_name}
      </Fact>
      <Fact label="Started" note={formatDay(run.created_at)}>
        <time dateTime={run.created_at}>{formatTime(run.created_at)}</time>
      </Fact>
      <Fact label="Duration" note={run.ended_at ? `ended ${formatTime(run.ended_at)}` : "so far"}>
        {formatDuration(elapsed(run.created_at, run.ended_at, now))}
      </Fact>
      <Fact label="Steps" note="completed">
        {run.steps_done} of {run.steps_total}
      </Fact>
      <Fact
        label="Tokens"
        note={`${formatCount(run.input_tokens)} in, ${formatCount(run.output_tokens)} out`}
      >
        {formatCount(run.input_tokens + run.output_tokens)}
      </Fact>
      <Fact label="Cost" note="as recorded">
        {formatCost(run.cost_micro_usd)}
      </Fact>
    </dl>
  );
}

function Fact({ label, note, children }: { label: string; note: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="eyebrow">{label}</dt>
      <dd className="text-lg leading-snug font-semibold break-words tabular-nums">{children}</dd>
      <dd className="text-xs text-fg-3 tabular-nums">{note}</dd>
    </div>
  );
}
