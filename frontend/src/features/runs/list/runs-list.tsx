import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { statusWord } from "~/components/status";
import { runsQuery } from "~/features/runs/api/list-runs";
import { RunsTable } from "~/features/runs/list/runs-table";
import { toProblem } from "~/lib/api/problem";
import type { RunStatus } from "~/lib/api/types";

/** The runs of the workspace, kept up to date by the feed of the page. */
export function RunsList({ status }: { status: RunStatus | undefined }) {
  const query = useInfiniteQuery(runsQuery(status));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  const failed = query.error && (
    <ProblemNotice
      what="The runs could not be read"
      problem={toProblem(query.error)}
      onRetry={() => void query.refetch()}
    />
  );
  if (query.isPending) return <Skeleton lines={6} label="Loading the runs" />;
  if (query.data === undefined) return failed;
  if (runs.length === 0) return status ? <NoneOfThese status={status} /> : <NoRunsYet />;
  return (
    <div className="grid gap-4">
      {failed}
      <RunsTable runs={runs} />
      {query.hasNextPage && (
        <Button
          className="justify-self-center"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older runs
        </Button>
      )}
    </div>
  );
}

function NoRunsYet() {
  return (
    <EmptyState
      icon="activity"
      title="No runs yet"
      action={
        <>
          <Link to="/runs/new" search={{ sample: true }} className={buttonClass("quiet")}>
            New run with the sample
          </Link>
          <Link to="/runs/new" className={buttonClass("quiet")}>
            New run with your own text
          </Link>
        </>
      }
    >
      A run is one piece of work: a team of agents reads a document of yours, step by step, while you watch.
      Each thing that happens in it is kept in the log.
    </EmptyState>
  );
}

function NoneOfThese({ status }: { status: RunStatus }) {
  return (
    <EmptyState
      icon="inbox"
      title={`No run is ${statusWord(status).toLowerCase()}`}
      action={
        <Link to="/runs" className={buttonClass("quiet")}>
          Show all runs
        </Link>
      }
    >
      There may be others: this list shows one status only.
    </EmptyState>
  );
}
