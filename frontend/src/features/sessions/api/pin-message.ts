import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { SaidMessage } from "~/lib/api/types";

/** Keeps a message word for word however long the session becomes, or not any more. */
export async function pinMessage(sessionId: string, message: SaidMessage): Promise<void> {
  const params = { path: { session_id: sessionId, message_id: message.id } };
  const accepted = message.pinned
    ? await unwrap(client.POST("/api/sessions/{session_id}/messages/{message_id}/unpin", { params }))
    : await unwrap(client.POST("/api/sessions/{session_id}/messages/{message_id}/pin", { params }));
  noteSeen(accepted.position);
}
