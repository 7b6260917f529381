import { infiniteQueryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

const PAGE = 25;

/** The goals from the newest on, page by page. */
export const goalsQuery = infiniteQueryOptions({
  queryKey: ["goals", "all"],
  queryFn: ({ pageParam }) => {
    const query = { limit: PAGE, ...(pageParam && { before: pageParam }), ...afterSeen() };
    return unwrap(client.GET("/api/goals", { params: { query } }));
  },
  initialPageParam: null as number | null,
  getNextPageParam: (page) => page.next,
});
