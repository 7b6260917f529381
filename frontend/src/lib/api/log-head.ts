import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** How far the log had come when the page began to follow it. */
export const logHead = queryOptions({
  queryKey: ["log-head"],
  queryFn: async () => {
    const { position } = await unwrap(client.GET("/api/runs", { params: { query: { limit: 1 } } }));
    noteSeen(position);
    return position;
  },
  gcTime: 0,
  staleTime: Number.POSITIVE_INFINITY,
});
