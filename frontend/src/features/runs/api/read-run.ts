import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";
import type { Run } from "~/lib/api/types";

export async function readRun(runId: string): Promise<Run> {
  const params = { path: { run_id: runId }, query: afterSeen() };
  return (await unwrap(client.GET("/api/runs/{run_id}", { params }))) as Run;
}
