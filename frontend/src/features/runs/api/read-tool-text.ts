import { textQuery } from "~/features/runs/api/text-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export interface ToolPlace {
  runId: string;
  step: string;
  call: number;
  index: number;
}

/** What a tool was given. */
export function readToolArguments(place: ToolPlace, sha256: string) {
  return textQuery(sha256, () =>
    unwrap(
      client.GET("/api/runs/{run_id}/steps/{step}/calls/{call}/tools/{number}/arguments", {
        params: { path: pathOf(place) },
        parseAs: "text",
      }),
    ),
  );
}

/** What it gave. */
export function readToolOutput(place: ToolPlace, sha256: string) {
  return textQuery(sha256, () =>
    unwrap(
      client.GET("/api/runs/{run_id}/steps/{step}/calls/{call}/tools/{number}/output", {
        params: { path: pathOf(place) },
        parseAs: "text",
      }),
    ),
  );
}

function pathOf({ runId, step, call, index }: ToolPlace) {
  return { run_id: runId, step, call: `${call}`, number: `${index}` };
}
