import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Who is signed in. */
export const currentSession = queryOptions({
  queryKey: ["session"],
  queryFn: () => unwrap(client.GET("/api/session")),
  staleTime: 60_000,
  retry: false,
});
