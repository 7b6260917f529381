import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { Icon } from "~/components/icon";
import { Notice, ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { goalQuery } from "~/features/goals/api/read-goal";
import { DraftView } from "~/features/goals/draft-view";
import { GoalStatus } from "~/features/goals/goal-status";
import { toProblem } from "~/lib/api/problem";
import type { Goal, Model } from "~/lib/api/types";
import { sentence } from "~/lib/sentence";

/** What the person at the page may do with a goal. */
export interface GoalRights {
  edit: boolean;
  start: boolean;
}

interface Props {
  goalId: string;
  rights: GoalRights;
  models: readonly Model[];
}

/** A goal, the draft for it, and the way to accept it. */
export function GoalPage({ goalId, rights, models }: Props) {
  const query = useQuery(goalQuery(goalId));
  const goal = query.data;
  if (goal === undefined) {
    return (
      <>
        <title>Goal · Z2</title>
        <h1 className="mb-4 text-2xl font-semibold">Goal</h1>
        {query.isPending ? (
          <Skeleton lines={6} label="Loading the goal" />
        ) : (
          <Missing error={query.error} onRetry={() => void query.refetch()} />
        )}
      </>
    );
  }
  return (
    <>
      <Head goal={goal} />
      <div className="mb-6 grid gap-3 empty:hidden">
        <News goal={goal} />
      </div>
      {goal.draft && (
        <DraftView key={goal.draft.source} goal={goal} draft={goal.draft} rights={rights} models={models} />
      )}
    </>
  );
}

function Missing({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problem = toProblem(error);
  if (problem.status !== 404) {
    return <ProblemNotice what="The goal could not be read" problem={problem} onRetry={onRetry} />;
  }
  return (
    <EmptyState icon="circle-dashed" title="There is no such goal here">
      The link may be mistyped, or the goal belongs to another workspace.
    </EmptyState>
  );
}

function Head({ goal }: { goal: Goal }) {
  return (
    <header className="mb-6">
      <title>Goal · Z2</title>
      <nav aria-label="Breadcrumb" className="mb-2 flex items-center gap-1 text-sm text-fg-3">
        <Link to="/goals" className="rounded-sm py-1 underline-offset-4 hover:text-fg hover:underline">
          Goals
        </Link>
        <Icon name="chevron-right" className="size-3.5" />
        <span>this goal</span>
      </nav>
      <h1 className="max-w-4xl text-2xl font-semibold break-words whitespace-pre-line">{goal.goal}</h1>
      <p className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-fg-3">
        <GoalStatus status={goal.status} />
        <span>{goal.document ? "with a document" : "without a document"}</span>
        {goal.model && <span className="break-all">{goal.model}</span>}
        {goal.planned_by && (
          <Link
            to="/runs/$runId"
            params={{ runId: goal.planned_by }}
            className="inline-flex items-center gap-1 rounded-sm text-info underline-offset-4 hover:underline"
          >
            The run that drafts it
            <Icon name="arrow-up-right" className="size-3.5" />
          </Link>
        )}
      </p>
    </header>
  );
}

function News({ goal }: { goal: Goal }) {
  if (goal.status === "asked") {
    return (
      <Notice tone="info" title="A planner is at it">
        The draft stands here as soon as it is there. You can leave this page meanwhile.
      </Notice>
    );
  }
  if (goal.refusal) {
    return (
      <Notice tone="danger" title="Nothing could be drafted">
        {sentence(goal.refusal.detail)}{" "}
        <span className="font-mono text-xs text-fg-3">{goal.refusal.code}</span>
      </Notice>
    );
  }
  return goal.status === "accepted" ? <Accepted goal={goal} /> : null;
}

function Accepted({ goal }: { goal: Goal }) {
  const links = (
    <div className="flex flex-wrap gap-2">
      {goal.run_id && (
        <Link to="/runs/$runId" params={{ runId: goal.run_id }} className={buttonClass("primary", true)}>
          Open the run
        </Link>
      )}
      {goal.workflow_id && (
        <Link
          to="/workflows/$workflowId"
          params={{ workflowId: goal.workflow_id }}
          className={buttonClass("quiet", true)}
        >
          Open the workflow
        </Link>
      )}
    </div>
  );
  return (
    <Notice tone="ok" title="The draft was accepted" action={links}>
      It is a workflow of its own now{goal.run_id ? ", and a run of it was started" : ""}.
    </Notice>
  );
}
