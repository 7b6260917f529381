import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { AcceptGoal } from "~/lib/api/types";

/** Publishes the draft as a workflow, and starts that where it is wished. */
export async function acceptGoal(goalId: string, body: AcceptGoal): Promise<void> {
  const params = { path: { goal_id: goalId } };
  noteSeen((await unwrap(client.POST("/api/goals/{goal_id}/accept", { params, body }))).position);
}
