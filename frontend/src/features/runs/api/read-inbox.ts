import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

const PAGE = 50;

/** What waits for people, the oldest first, page by page. */
export const inboxQuery = infiniteQueryOptions({
  queryKey: ["inbox", "all"],
  queryFn: ({ pageParam }) => read(pageParam ? { beyond: pageParam } : {}),
  initialPageParam: null as number | null,
  getNextPageParam: (page) => page.next,
});

/** What one run asks of people; of a thousand questions the first. */
export function runInboxQuery(runId: string) {
  return queryOptions({ queryKey: ["inbox", runId], queryFn: () => read({ run: runId }) });
}

function read(query: { beyond?: number; run?: string }) {
  const all = { limit: PAGE, ...query, ...afterSeen() };
  return unwrap(client.GET("/api/inbox", { params: { query: all } }));
}
