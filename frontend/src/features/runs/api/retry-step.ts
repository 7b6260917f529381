import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

export async function retryStep(runId: string, step: string): Promise<void> {
  const params = { path: { run_id: runId, step } };
  const accepted = await unwrap(client.POST("/api/runs/{run_id}/steps/{step}/retry", { params }));
  noteSeen(accepted.position);
}
