import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** What a step's model was told shorter; `count` is how often that is known to have happened. */
export function compactionsQuery(runId: string, step: string, count: number) {
  return queryOptions({
    queryKey: ["compactions", runId, step, count],
    queryFn: () =>
      unwrap(
        client.GET("/api/runs/{run_id}/steps/{step}/compactions", {
          params: { path: { run_id: runId, step } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
