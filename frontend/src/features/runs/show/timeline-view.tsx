import { useState } from "react";
import { Button } from "~/components/button";
import { TimelineEvent } from "~/features/runs/show/timeline-event";
import type { LogEvent, Run } from "~/lib/api/types";
import { formatCount } from "~/lib/format";

const SHOWN_FIRST = 500;

/** Everything that the log says of this run, in the order in which it happened. */
export function TimelineView({ run, events }: { run: Run; events: readonly LogEvent[] }) {
  const [limit, setLimit] = useState(SHOWN_FIRST);
  const hidden = events.length - limit;
  return (
    <section aria-label="Timeline">
      <p className="mb-4 text-sm text-fg-3">
        Each line is one event of the log. Its number is its position, the one order of everything in Z2.
      </p>
      <ol className="card overflow-clip">
        {events.slice(0, limit).map((event) => (
          <TimelineEvent key={event.position} event={event} steps={run.steps} start={run.created_at} />
        ))}
      </ol>
      {hidden > 0 && (
        <Button className="mx-auto mt-4 flex" onClick={() => setLimit(limit + 5 * SHOWN_FIRST)}>
          {formatCount(hidden)} more
        </Button>
      )}
    </section>
  );
}
