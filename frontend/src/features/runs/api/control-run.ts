import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Has no further step begin until the run is resumed. */
export async function pauseRun(runId: string, reason: string): Promise<void> {
  const params = { path: { run_id: runId } };
  noteSeen((await unwrap(client.POST("/api/runs/{run_id}/pause", { params, body: { reason } }))).position);
}

export async function resumeRun(runId: string): Promise<void> {
  const params = { path: { run_id: runId } };
  noteSeen((await unwrap(client.POST("/api/runs/{run_id}/resume", { params }))).position);
}
