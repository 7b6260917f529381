import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** How far the log had come when the page began to follow it. */
export const logHead = queryOptions({
  queryKey: ["log-head"],
  queryFn: async () => (await unwrap(client.GET("/api/runs", { params: { query: { limit: 1 } } }))).position,
  gcTime: 0,
  staleTime: Number.POSITIVE_INFINITY,
});
