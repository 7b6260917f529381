import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { inboxQuery } from "~/features/runs/api/read-inbox";
import { AskCard } from "~/features/runs/asks/ask-card";
import { askKey } from "~/features/runs/asks/ask-words";
import { ManyDecisions } from "~/features/runs/asks/many-decisions";
import { toProblem } from "~/lib/api/problem";
import type { Ask } from "~/lib/api/types";
import { useNow } from "~/lib/use-now";

/** What waits for people, the oldest first, kept up to date by the feed of the page. */
export function InboxList() {
  const query = useInfiniteQuery(inboxQuery);
  const now = useNow(30_000, true);
  const asks = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const approvals = asks.filter((ask) => ask.mine && ask.kind === "approval");
  const choose = (chosen: readonly Ask[]) => setKeys(new Set(chosen.map(askKey)));
  const chosen = approvals.filter((ask) => keys.has(askKey(ask)));
  const several = approvals.length > 1;
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
      {several && <ManyDecisions approvals={approvals} chosen={chosen} onChoose={choose} />}
      <ul aria-label="What waits for people" className="grid gap-4">
        {asks.map((ask) => (
          <AskCard
            key={askKey(ask)}
            ask={ask}
            now={now}
            named
            chosen={several && approvals.includes(ask) ? chosen.includes(ask) : undefined}
            onChoose={(on) => choose(on ? [...chosen, ask] : chosen.filter((one) => one !== ask))}
          />
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
