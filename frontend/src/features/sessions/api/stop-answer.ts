import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Stops an answer; what was said by then is kept. */
export async function stopAnswer(sessionId: string, answerId: string): Promise<void> {
  const params = { path: { session_id: sessionId } };
  const body = { answer_id: answerId };
  noteSeen((await unwrap(client.POST("/api/sessions/{session_id}/stop", { params, body }))).position);
}
