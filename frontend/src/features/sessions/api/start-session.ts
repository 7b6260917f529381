import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { AskedInSession, StartSession } from "~/lib/api/types";

/** Starts a session; the same key again answers with the same one. */
export async function startSession(request: { body: StartSession; key: string }): Promise<AskedInSession> {
  const params = { header: { "Idempotency-Key": request.key } };
  const asked = await unwrap(client.POST("/api/sessions", { body: request.body, params }));
  noteSeen(asked.position);
  return asked;
}
