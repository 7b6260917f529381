import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { AskedInSession, NewMessage } from "~/lib/api/types";

export interface Posting {
  body: NewMessage;
  key: string;
}

/** Asks something after a message of the session, or as its beginning; the same key again asks it once. */
export async function postMessage(
  sessionId: string,
  after: string | undefined,
  { body, key }: Posting,
): Promise<AskedInSession> {
  const params = { path: { session_id: sessionId }, header: { "Idempotency-Key": key } };
  const place = after === undefined ? {} : { after };
  const asked = await unwrap(
    client.POST("/api/sessions/{session_id}/messages", { body: { ...body, ...place }, params }),
  );
  noteSeen(asked.position);
  return asked;
}
