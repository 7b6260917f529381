import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { inboxQuery } from "~/features/runs/api/read-inbox";
import { AskCard } from "~/features/runs/asks/ask-card";
import { toProblem } from "~/lib/api/problem";
import { useNow } from "~/lib/use-now";

/** What waits for people, the oldest first, kept up to date by the feed of the page. */
export function InboxList() {
  const query = useInfiniteQuery(inboxQuery);
  const now = useNow(30_000, true);
  const asks = query.data?.pages.flatMap((page) => page.items) ?? [];
  const failed = query.error && (
    <ProblemNotice
      what="The inbox could not be read"
      problem={toProblem(query.error)}
      onRetry={() => void query.refetch()}
    />
  );
  if (query.isPending) return <Skeleton lines={6} label="Loading the inbox" />;
  if (query.data === undefined) return failed;
  if (asks.length === 0) return <NothingWaits />;
  return (
    <div className="grid max-w-3xl gap-4">
      {failed}
      <ul aria-label="What waits for people" className="grid gap-4">
        {asks.map((ask) => (
          <AskCard key={`${ask.run_id} ${ask.step} ${ask.since}`} ask={ask} now={now} named />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="justify-self-center"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show newer ones
        </Button>
      )}
    </div>
  );
}

function NothingWaits() {
  return (
    <EmptyState
      icon="inbox"
      title="Nothing waits for anybody"
      action={
        <Link to="/runs" className={buttonClass("quiet")}>
          See the runs
        </Link>
      }
    >
      When a workflow asks for an approval or has a question, it stands here until somebody has decided it.
    </EmptyState>
  );
}
