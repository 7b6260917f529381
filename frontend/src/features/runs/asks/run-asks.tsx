import { useQuery } from "@tanstack/react-query";
import { ProblemNotice } from "~/components/notice";
import { runInboxQuery } from "~/features/runs/api/read-inbox";
import { AskCard } from "~/features/runs/asks/ask-card";
import { toProblem } from "~/lib/api/problem";
import { useNow } from "~/lib/use-now";

const SHOWN = 5;

/** What a run asks of people now. Of many questions the oldest: each that is decided lets the next one come up. */
export function RunAsks({ runId }: { runId: string }) {
  const query = useQuery(runInboxQuery(runId));
  const now = useNow(30_000, true);
  if (query.error) {
    return (
      <ProblemNotice
        what="What the run asks could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  const asks = query.data?.items ?? [];
  if (asks.length === 0) return null;
  const more = asks.length > SHOWN || query.data?.next !== null;
  return (
    <section id="asks" aria-label="What the run asks" className="mb-6 grid gap-4">
      <h2 className="text-xl font-semibold">It waits for people</h2>
      <ul className="grid gap-4">
        {asks.slice(0, SHOWN).map((ask) => (
          <AskCard key={`${ask.step} ${ask.since}`} ask={ask} now={now} />
        ))}
      </ul>
      {more && <p className="text-sm text-fg-3">There are more; they come up once these are decided.</p>}
    </section>
  );
}
