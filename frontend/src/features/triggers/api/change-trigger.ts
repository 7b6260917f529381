import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { TriggerSecret } from "~/lib/api/types";

/** Gives it a new secret, which is in this answer and nowhere else. */
export async function rotateSecret(triggerId: string): Promise<TriggerSecret> {
  const params = { path: { trigger_id: triggerId } };
  const made = await unwrap(client.POST("/api/triggers/{trigger_id}/secret", { params }));
  noteSeen(made.position);
  return made;
}

/** Has messages refused until it is resumed. */
export async function pauseTrigger(triggerId: string): Promise<void> {
  const params = { path: { trigger_id: triggerId } };
  noteSeen((await unwrap(client.POST("/api/triggers/{trigger_id}/pause", { params }))).position);
}

export async function resumeTrigger(triggerId: string): Promise<void> {
  const params = { path: { trigger_id: triggerId } };
  noteSeen((await unwrap(client.POST("/api/triggers/{trigger_id}/resume", { params }))).position);
}

export async function removeTrigger(triggerId: string): Promise<void> {
  const params = { path: { trigger_id: triggerId } };
  noteSeen((await unwrap(client.DELETE("/api/triggers/{trigger_id}", { params }))).position);
}
