import { textQuery } from "~/features/runs/api/text-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

/** What a step asks people to approve. */
export function readSubject(runId: string, step: string, sha256: string) {
  return textQuery(sha256, () => {
    const params = { path: { run_id: runId, step }, query: afterSeen() };
    return unwrap(client.GET("/api/runs/{run_id}/steps/{step}/subject", { params, parseAs: "text" }));
  });
}
