import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { CreateSchedule } from "~/lib/api/types";

/** Makes a schedule; the same key again answers with the same one. */
export async function createSchedule(request: { body: CreateSchedule; key: string }): Promise<void> {
  const params = { header: { "Idempotency-Key": request.key } };
  noteSeen((await unwrap(client.POST("/api/schedules", { body: request.body, params }))).position);
}
