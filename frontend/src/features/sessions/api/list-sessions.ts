import { infiniteQueryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

export interface Wanted {
  /** Part of the title. */
  words?: string;
  status?: "open" | "archived";
}

const PAGE = 25;

/** The sessions, the latest first, page by page. */
export function sessionsQuery({ words, status = "open" }: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["sessions", "all", status, words ?? ""],
    queryFn: ({ pageParam }) => {
      const found = { ...(words && { words }), ...(pageParam && { before: pageParam }) };
      const query = { limit: PAGE, status, ...found, ...afterSeen() };
      return unwrap(client.GET("/api/sessions", { params: { query } }));
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });
}
