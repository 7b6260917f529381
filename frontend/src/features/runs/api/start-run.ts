import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { Accepted, StartRun } from "~/lib/api/types";

/** Starts a run; the same key again answers with the same run instead of starting a second one. */
export async function startRun(request: { body: StartRun; key: string }): Promise<Accepted> {
  const params = { header: { "Idempotency-Key": request.key } };
  const accepted = await unwrap(client.POST("/api/runs", { body: request.body, params }));
  noteSeen(accepted.position);
  return accepted;
}
