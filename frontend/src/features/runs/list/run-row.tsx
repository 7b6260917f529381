import { Link } from "@tanstack/react-router";
import { Progress } from "~/components/progress";
import { Status } from "~/components/status";
import type { RunSummary } from "~/lib/api/types";
import {
  elapsed,
  formatAgo,
  formatCost,
  formatCount,
  formatDay,
  formatDuration,
  formatTime,
} from "~/lib/format";

const NUMBER = "hidden px-3 py-3.5 text-right tabular-nums whitespace-nowrap lg:table-cell";

export function RunRow({ run, now }: { run: RunSummary; now: number }) {
  const duration = formatDuration(elapsed(run.created_at, run.ended_at, now));
  const started = `${formatDay(run.created_at)}, ${formatTime(run.created_at)}`;
  return (
    <tr className="group border-b-[1.5px] border-line transition-colors duration-200 last:border-b-0 hover:bg-raised">
      <td className="relative max-w-0 px-4 py-3.5 sm:w-2/5">
        <Link
          to="/runs/$runId"
          params={{ runId: run.id }}
          className="block truncate rounded-sm font-medium text-fg after:absolute after:inset-0 group-hover:text-info"
        >
          {run.title}
        </Link>
        <p className="truncate text-fg-3">
          {run.workflow_name} <span className="whitespace-nowrap">v{run.workflow_version}</span>
        </p>
        <p className="mt-1.5 flex flex-wrap gap-x-3 gap-y-0.5 text-fg-3 md:hidden">
          <Status status={run.status} className="sm:hidden" />
          <span>
            {run.steps_done}/{run.steps_total} steps
          </span>
          <span>{duration}</span>
          <span>{formatAgo(run.created_at, now)}</span>
        </p>
      </td>
      <td className="hidden px-3 py-3.5 sm:table-cell">
        <Status status={run.status} />
      </td>
      <td className="hidden px-3 py-3.5 md:table-cell">
        <Progress done={run.steps_done} total={run.steps_total} />
      </td>
      <td className="hidden px-3 py-3.5 whitespace-nowrap text-fg-3 md:table-cell">
        <time dateTime={run.created_at} title={started}>
          {formatAgo(run.created_at, now)}
        </time>
      </td>
      <td className={NUMBER}>{duration}</td>
      <td className={NUMBER}>{formatCount(run.input_tokens + run.output_tokens)}</td>
      <td className={`${NUMBER} pr-4`}>{formatCost(run.cost_micro_usd)}</td>
    </tr>
  );
}
