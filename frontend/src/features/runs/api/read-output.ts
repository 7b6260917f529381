import { textQuery } from "~/features/runs/api/text-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export function readOutput(runId: string, sha256: string) {
  const params = { path: { run_id: runId } };
  return textQuery(runId, sha256, () =>
    unwrap(client.GET("/api/runs/{run_id}/output", { params, parseAs: "text" })),
  );
}
