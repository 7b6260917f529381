import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

export async function cancelRun(runId: string): Promise<void> {
  const params = { path: { run_id: runId } };
  const accepted = await unwrap(client.POST("/api/runs/{run_id}/cancel", { params, body: {} }));
  noteSeen(accepted.position);
}
