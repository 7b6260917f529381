import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { CreateAgent } from "~/lib/api/types";

/** Makes an agent; the same key again makes no other one. */
export async function createAgent(request: { body: CreateAgent; key: string }): Promise<void> {
  const params = { header: { "Idempotency-Key": request.key } };
  noteSeen((await unwrap(client.POST("/api/agents", { body: request.body, params }))).position);
}
