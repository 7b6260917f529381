import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { goalsQuery } from "~/features/goals/api/list-goals";
import { GoalStatus } from "~/features/goals/goal-status";
import { toProblem } from "~/lib/api/problem";
import type { GoalSummary } from "~/lib/api/types";
import { formatAgo, formatMoment } from "~/lib/format";
import { useNow } from "~/lib/use-now";

/** What was asked for, the newest first, and what became of it. */
export function GoalsList() {
  const query = useInfiniteQuery(goalsQuery);
  const now = useNow(30_000, true);
  const goals = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) return <Skeleton lines={4} label="Loading the goals" />;
  if (query.data === undefined) {
    return (
      <ProblemNotice
        what="The goals could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (goals.length === 0) {
    return (
      <EmptyState icon="target" title="No goals yet">
        Say what is to be reached. Z2 drafts a team of agents and the steps they take; you see the draft and
        may edit it before anything of it runs.
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-4">
      <ul aria-label="Goals" className="grid gap-3">
        {goals.map((goal) => (
          <GoalItem key={goal.id} goal={goal} now={now} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="justify-self-center"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older ones
        </Button>
      )}
    </div>
  );
}

function GoalItem({ goal, now }: { goal: GoalSummary; now: number }) {
  return (
    <li className="card relative grid min-w-0 gap-1.5 p-4 hover:border-edge sm:p-5">
      <h2 className="text-base font-medium">
        <Link
          to="/goals/$goalId"
          params={{ goalId: goal.id }}
          className="line-clamp-2 rounded-sm break-words after:absolute after:inset-0 hover:text-info"
        >
          {goal.goal || "A goal whose words were erased"}
        </Link>
      </h2>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-fg-3">
        <GoalStatus status={goal.status} />
        <span>
          asked{" "}
          <time dateTime={goal.asked_at} title={formatMoment(goal.asked_at)}>
            {formatAgo(goal.asked_at, now)}
          </time>
        </span>
        {goal.run_id && <span>started as a run</span>}
      </p>
    </li>
  );
}
