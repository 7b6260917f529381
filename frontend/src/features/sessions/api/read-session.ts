import { infiniteQueryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

const PAGE = 100;
/** While an answer is made, the session is read again so often, should the news of its end get lost on the way. */
const EVERY_MS = 5_000;

/** A session with its messages of all branches, from the newest page on. */
export function sessionQuery(sessionId: string) {
  return infiniteQueryOptions({
    queryKey: ["sessions", sessionId],
    queryFn: ({ pageParam }) => {
      const query = { limit: PAGE, ...(pageParam && { before: pageParam }), ...afterSeen() };
      const params = { path: { session_id: sessionId }, query };
      return unwrap(client.GET("/api/sessions/{session_id}", { params }));
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.session.under_way.length ? EVERY_MS : false),
  });
}
