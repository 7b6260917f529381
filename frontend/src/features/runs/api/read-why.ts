import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

/** What a run waits for. */
export function whyQuery(runId: string) {
  return queryOptions({
    queryKey: ["why", runId],
    queryFn: () =>
      unwrap(
        client.GET("/api/runs/{run_id}/why", { params: { path: { run_id: runId }, query: afterSeen() } }),
      ),
  });
}
