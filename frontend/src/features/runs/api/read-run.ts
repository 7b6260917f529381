import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";
import type { Run } from "~/lib/api/types";

export function readRun(runId: string): Promise<Run> {
  return unwrap(
    client.GET("/api/runs/{run_id}", { params: { path: { run_id: runId }, query: afterSeen() } }),
  );
}
