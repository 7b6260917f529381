import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { LogEvent } from "~/lib/api/types";

const PAGE = 500;

/** All events of a run behind a position, page by page. */
export async function listRunEvents(runId: string, after: number): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  let next: number | null = after;
  while (next !== null) {
    const query: { after: number; limit: number } = { after: next, limit: PAGE };
    const page = await unwrap(
      client.GET("/api/runs/{run_id}/events", { params: { path: { run_id: runId }, query } }),
    );
    events.push(...page.items);
    next = page.next;
  }
  return events;
}
