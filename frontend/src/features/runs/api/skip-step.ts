import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Has the run go on without a step; its output is null then. */
export async function skipStep(runId: string, step: string): Promise<void> {
  const params = { path: { run_id: runId, step } };
  noteSeen(
    (await unwrap(client.POST("/api/runs/{run_id}/steps/{step}/skip", { params, body: {} }))).position,
  );
}
