import { textQuery } from "~/features/runs/api/text-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

export function readOutput(runId: string, sha256: string) {
  return textQuery(sha256, () => {
    const params = { path: { run_id: runId }, query: afterSeen() };
    return unwrap(client.GET("/api/runs/{run_id}/output", { params, parseAs: "text" }));
  });
}
