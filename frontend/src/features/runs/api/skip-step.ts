import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Has the run go on without a step, or with what is given instead of its output, which is null otherwise. */
export async function skipStep(runId: string, step: string, output: unknown): Promise<void> {
  const params = { path: { run_id: runId, step } };
  const body = output === undefined ? {} : { output };
  noteSeen((await unwrap(client.POST("/api/runs/{run_id}/steps/{step}/skip", { params, body }))).position);
}
