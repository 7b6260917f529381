import { textQuery } from "~/features/runs/api/text-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

const PATH = "/api/runs/{run_id}/steps/{step}/output";

export function readStepOutput(runId: string, step: string, sha256: string) {
  const params = { path: { run_id: runId, step } };
  return textQuery(runId, sha256, () => unwrap(client.GET(PATH, { params, parseAs: "text" })));
}
