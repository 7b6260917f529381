import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

const EVERY_MS = 3_000;

/** What may go on at once, and what does at this moment; that is in no log, so it is asked for again and again. */
export const limitsQuery = queryOptions({
  queryKey: ["concurrency"],
  queryFn: async () => (await unwrap(client.GET("/api/concurrency"))).items,
  refetchInterval: EVERY_MS,
});
