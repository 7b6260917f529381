import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Has nothing of it start until it is resumed. */
export async function pauseSchedule(scheduleId: string): Promise<void> {
  const params = { path: { schedule_id: scheduleId } };
  noteSeen((await unwrap(client.POST("/api/schedules/{schedule_id}/pause", { params }))).position);
}

export async function resumeSchedule(scheduleId: string): Promise<void> {
  const params = { path: { schedule_id: scheduleId } };
  noteSeen((await unwrap(client.POST("/api/schedules/{schedule_id}/resume", { params }))).position);
}

export async function removeSchedule(scheduleId: string): Promise<void> {
  const params = { path: { schedule_id: scheduleId } };
  noteSeen((await unwrap(client.DELETE("/api/schedules/{schedule_id}", { params }))).position);
}
