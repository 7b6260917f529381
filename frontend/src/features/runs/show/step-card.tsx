import { Status } from "~/components/status";
import type { Draft } from "~/features/runs/live/run-state";
import { StepError } from "~/features/runs/show/step-error";
import { StepText } from "~/features/runs/show/step-text";
import type { Run, Step, StepStatus } from "~/lib/api/types";
import { elapsed, formatCost, formatCount, formatDuration } from "~/lib/format";
import { useNow } from "~/lib/use-now";

const EDGES: Record<StepStatus, string> = {
  waiting: "border-line border-dashed",
  scheduled: "border-line",
  running: "border-info",
  completed: "border-line",
  failed: "border-danger",
  cancelled: "border-line border-dashed",
};

const list = new Intl.ListFormat("en");

export function StepCard({ run, step, draft }: { run: Run; step: Step; draft: Draft | undefined }) {
  const after = step.needs.map((id) => run.steps.find((one) => one.id === id)?.agent_name ?? id);
  return (
    <li className={`card flex min-w-0 flex-col ${EDGES[step.status]}`}>
      <div className="p-5">
        <div className="flex items-start justify-between gap-3 text-sm">
          <Status status={step.status} />
          {step.attempt > 0 && (
            <span className="text-right text-fg-3 tabular-nums">
              attempt {step.attempt} of {Math.max(step.attempt, step.max_attempts)}
            </span>
          )}
        </div>
        <h2 className="mt-2 text-xl font-semibold break-words">{step.agent_name}</h2>
        <p className="text-sm break-words text-fg-3">
          {step.role}
          {after.length > 0 && `, after ${list.format(after)}`}
        </p>
        <Figures step={step} />
      </div>
      {step.error && <StepError run={run} step={step} error={step.error} />}
      <StepText runId={run.id} step={step} draft={draft} />
    </li>
  );
}

function Figures({ step }: { step: Step }) {
  const running = step.status === "running";
  const now = useNow(100, running);
  if (step.started_at === null) return null;
  const duration = formatDuration(elapsed(step.started_at, running ? null : step.ended_at, now));
  const counted = step.input_tokens + step.output_tokens > 0;
  return (
    <dl className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {step.model && <Figure label="Model" value={step.model} />}
      <Figure label="Duration" value={duration} />
      {counted && (
        <Figure
          label="Tokens"
          value={`${formatCount(step.input_tokens)} in, ${formatCount(step.output_tokens)} out`}
        />
      )}
      {counted && <Figure label="Cost" value={formatCost(step.cost_micro_usd)} />}
    </dl>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex min-w-0 gap-1.5">
      <dt className="text-fg-3">{label}</dt>
      <dd className={`min-w-0 break-words ${label === "Model" ? "" : "tabular-nums"}`}>{value}</dd>
    </div>
  );
}
