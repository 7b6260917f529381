import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { AskGoal } from "~/lib/api/types";

/** Has a workflow drafted for a goal; the same key again answers with the same goal. Returns its id. */
export async function askGoal(request: { body: AskGoal; key: string }): Promise<string> {
  const params = { header: { "Idempotency-Key": request.key } };
  const accepted = await unwrap(client.POST("/api/goals", { body: request.body, params }));
  noteSeen(accepted.position);
  return accepted.id;
}
