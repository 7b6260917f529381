import { infiniteQueryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

const PAGE = 100;

/** Who belongs to the workspace, page by page. */
export const membersQuery = infiniteQueryOptions({
  queryKey: ["members"],
  queryFn: ({ pageParam }) => {
    const query = { limit: PAGE, ...(pageParam && { behind: pageParam }) };
    return unwrap(client.GET("/api/members", { params: { query } }));
  },
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
});
