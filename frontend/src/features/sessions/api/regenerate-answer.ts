import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { AskedInSession } from "~/lib/api/types";

/** Has a message answered once more; the answers before it stay. */
export async function regenerateAnswer(sessionId: string, messageId: string): Promise<AskedInSession> {
  const params = { path: { session_id: sessionId, message_id: messageId } };
  const asked = await unwrap(
    client.POST("/api/sessions/{session_id}/messages/{message_id}/regenerate", { params, body: {} }),
  );
  noteSeen(asked.position);
  return asked;
}
