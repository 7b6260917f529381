import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Tells a run that an event has arrived, with what it brings: a text, data, or nothing. */
export async function signalRun(runId: string, name: string, content: unknown): Promise<void> {
  const params = { path: { run_id: runId } };
  const brought =
    typeof content === "string" ? { text: content } : content === undefined ? {} : { data: content };
  const body = { name, ...brought };
  noteSeen((await unwrap(client.POST("/api/runs/{run_id}/signals", { params, body }))).position);
}
