import { useShown } from "~/features/runs/show/shown";
import type { Step } from "~/lib/api/types";
import { elapsed, formatCost, formatCount, formatDuration } from "~/lib/format";
import { useNow } from "~/lib/use-now";

const GOING_ON = ["running", "open", "suspended"];

/** Who did it, how long it took and what was used. */
export function StepFigures({ step }: { step: Step }) {
  const { run } = useShown();
  const going = GOING_ON.includes(step.status) && run.ended_at === null;
  const now = useNow(step.status === "running" ? 100 : 1000, going);
  if (step.started_at === null) return null;
  const duration = formatDuration(
    elapsed(step.started_at, going ? null : (step.ended_at ?? run.ended_at), now),
  );
  const counted = step.input_tokens + step.output_tokens > 0;
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {step.model && <Figure label="Model" value={step.model} />}
      <Figure label="Duration" value={duration} />
      {counted && (
        <Figure
          label="Tokens"
          value={`${formatCount(step.input_tokens)} in, ${formatCount(step.output_tokens)} out`}
        />
      )}
      {counted && <Figure label="Cost" value={formatCost(step.cost_micro_usd)} />}
      {step.child_tokens > 0 && (
        <Figure
          label="In the runs that it started"
          value={`${formatCount(step.child_tokens)} tokens, ${formatCost(step.child_micro_usd)}`}
        />
      )}
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
