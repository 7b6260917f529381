import { queryOptions } from "@tanstack/react-query";
import type { ModelCall } from "~/features/runs/acting/model-calls";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** What a model was told, part by part. What is answered does not change any more. */
export function callPromptQuery(runId: string, step: string, { call, model, answered }: ModelCall) {
  return queryOptions({
    queryKey: ["call-prompt", runId, step, call, model, answered],
    queryFn: () => {
      const path = { run_id: runId, step, call: `${call}` };
      return unwrap(client.GET("/api/runs/{run_id}/steps/{step}/calls/{call}/prompt", { params: { path } }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
