import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { Icon } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { Tag } from "~/components/records";
import { Skeleton } from "~/components/skeleton";
import { sessionsQuery, type Wanted } from "~/features/sessions/api/list-sessions";
import { toProblem } from "~/lib/api/problem";
import type { SessionSummary } from "~/lib/api/types";
import { formatAgo, formatMoment } from "~/lib/format";
import { useNow } from "~/lib/use-now";

interface Props {
  wanted: Wanted;
  nameOf: (session: SessionSummary) => string;
}

/** The conversations, the one in which something was said last first. */
export function SessionsList({ wanted, nameOf }: Props) {
  const query = useInfiniteQuery(sessionsQuery(wanted));
  const now = useNow(30_000, true);
  if (query.isPending) return <Skeleton lines={5} label="Loading the conversations" />;
  if (query.data === undefined) {
    return (
      <ProblemNotice
        what="The conversations could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  const sessions = query.data.pages.flatMap((page) => page.items);
  if (sessions.length === 0 && !query.hasNextPage) return <None wanted={wanted} />;
  return (
    <div className="grid grid-cols-1 gap-4">
      <ul aria-label="Conversations" className="grid grid-cols-1 gap-3">
        {sessions.map((session) => (
          <SessionItem key={session.id} session={session} who={nameOf(session)} now={now} />
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

function SessionItem({ session, who, now }: { session: SessionSummary; who: string; now: number }) {
  return (
    <li className="card relative grid grid-cols-1 min-w-0 gap-1.5 p-4 hover:border-edge sm:p-5">
      <h3 className="text-base font-medium">
        <Link
          to="/chat/$sessionId"
          params={{ sessionId: session.id }}
          className="line-clamp-2 rounded-sm break-words after:absolute after:inset-0 hover:text-info"
        >
          {session.title}
        </Link>
      </h3>
      {session.found && <p className="line-clamp-3 text-sm break-words text-fg-2">{session.found.text}</p>}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-fg-3">
        <span className="inline-flex min-w-0 items-center gap-1.5">
          <Icon name={session.agent_id ? "bot" : "users"} className="size-4 text-thought" />
          <span className="min-w-0 break-words">{who}</span>
        </span>
        <time dateTime={session.updated_at} title={formatMoment(session.updated_at)}>
          {formatAgo(session.updated_at, now)}
        </time>
        <span>
          {session.messages} {session.messages === 1 ? "message" : "messages"}
        </span>
        {session.under_way.length > 0 && <Tag tone="ok">answering</Tag>}
      </p>
    </li>
  );
}

function None({ wanted }: { wanted: Wanted }) {
  if (wanted.words) {
    return (
      <EmptyState icon="message-square" title="No conversation has these words">
        Conversations are found by their titles and by what was said in them, not by what is attached.
      </EmptyState>
    );
  }
  if (wanted.status === "archived") {
    return (
      <EmptyState icon="archive" title="Nothing is archived">
        An archived conversation can be read here, and reopened.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="message-square" title="No conversations yet">
      Ask an agent something. What is said stays on the record, and each answer is a run that you can look
      into.
    </EmptyState>
  );
}
