import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

export async function retitleSession(sessionId: string, title: string): Promise<void> {
  const params = { path: { session_id: sessionId } };
  noteSeen((await unwrap(client.PUT("/api/sessions/{session_id}", { params, body: { title } }))).position);
}

/** Nothing more is asked in an archived session until it is reopened. */
export async function archiveSession(sessionId: string): Promise<void> {
  const params = { path: { session_id: sessionId } };
  noteSeen((await unwrap(client.POST("/api/sessions/{session_id}/archive", { params }))).position);
}

export async function reopenSession(sessionId: string): Promise<void> {
  const params = { path: { session_id: sessionId } };
  noteSeen((await unwrap(client.POST("/api/sessions/{session_id}/reopen", { params }))).position);
}
