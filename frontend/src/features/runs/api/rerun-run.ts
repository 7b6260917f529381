import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { RunInput } from "~/lib/given";

/** Starts the same version of the workflow again, on another input where one is given. Returns the new run's id. */
export async function rerunRun(runId: string, input: RunInput | undefined, key: string): Promise<string> {
  const params = { path: { run_id: runId }, header: { "Idempotency-Key": key } };
  const body = input === undefined ? {} : { input };
  const accepted = await unwrap(client.POST("/api/runs/{run_id}/rerun", { params, body }));
  noteSeen(accepted.position);
  return accepted.id;
}
