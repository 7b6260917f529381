import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { sessionQuery } from "~/features/sessions/api/read-session";
import { Conversation } from "~/features/sessions/conversation";
import { SessionHeader } from "~/features/sessions/session-header";
import { TalkContext } from "~/features/sessions/talk";
import { type Problem, toProblem } from "~/lib/api/problem";
import type { SessionSummary } from "~/lib/api/types";

interface Props {
  sessionId: string;
  /** A message of the branch that is shown; without it, the one in which something was said last. */
  via: string | undefined;
  onBranch: (messageId: string) => void;
  rights: { ask: boolean; stop: boolean };
  nameOf: (session: SessionSummary) => string;
  live: (runId: string) => ReactNode;
  made: (runId: string) => ReactNode;
}

/** A conversation with an agent or a team. */
export function SessionPage({ sessionId, via, onBranch, rights, nameOf, live, made }: Props) {
  const query = useInfiniteQuery(sessionQuery(sessionId));
  const messages = useMemo(
    () => query.data?.pages.toReversed().flatMap(({ items }) => items) ?? [],
    [query.data],
  );
  const session = query.data?.pages[0]?.session;
  if (session === undefined) {
    return query.error ? (
      <Failed problem={toProblem(query.error)} onRetry={() => void query.refetch()} />
    ) : (
      <Loading />
    );
  }
  const talk = {
    sessionId,
    messages,
    who: nameOf(session),
    mayAsk: rights.ask && session.status === "open",
    mayStop: rights.stop,
    onBranch,
    live,
    made,
  };
  return (
    <TalkContext value={talk}>
      <SessionHeader session={session} mayChange={rights.ask} />
      {query.error && (
        <ProblemNotice
          what="The conversation could not be read anew"
          problem={toProblem(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
      <Conversation
        session={session}
        via={via}
        earlier={{
          there: query.hasNextPage,
          busy: query.isFetchingNextPage,
          show: () => void query.fetchNextPage(),
        }}
      />
    </TalkContext>
  );
}

function Loading() {
  return (
    <>
      <title>Chat · Z2</title>
      <h1 className="sr-only">Chat</h1>
      <Skeleton lines={6} label="Loading the conversation" />
    </>
  );
}

function Failed({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  if (problem.status !== 404) {
    return (
      <>
        <title>Chat · Z2</title>
        <h1 className="mb-4 text-2xl font-semibold">Chat</h1>
        <ProblemNotice what="The conversation could not be read" problem={problem} onRetry={onRetry} />
      </>
    );
  }
  const back = (
    <Link to="/chat" className={buttonClass("quiet")}>
      All conversations
    </Link>
  );
  return (
    <>
      <title>No such conversation · Z2</title>
      <h1 className="sr-only">No such conversation</h1>
      <EmptyState icon="circle-dashed" title="There is no such conversation here" action={back}>
        The link may be mistyped, or it belongs to another workspace.
      </EmptyState>
    </>
  );
}
