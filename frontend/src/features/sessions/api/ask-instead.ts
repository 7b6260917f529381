import type { Posting } from "~/features/sessions/api/post-message";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { AskedInSession } from "~/lib/api/types";

/** Asks something else in place of a message, on a branch of its own. */
export async function askInstead(
  sessionId: string,
  messageId: string,
  { body, key }: Posting,
): Promise<AskedInSession> {
  const path = { session_id: sessionId, message_id: messageId };
  const params = { path, header: { "Idempotency-Key": key } };
  const asked = await unwrap(
    client.POST("/api/sessions/{session_id}/messages/{message_id}/instead", { body, params }),
  );
  noteSeen(asked.position);
  return asked;
}
