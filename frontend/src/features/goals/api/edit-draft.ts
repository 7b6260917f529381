import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Puts the draft as it shall be in place of the one that there is. */
export async function editDraft(goalId: string, source: string): Promise<void> {
  const params = { path: { goal_id: goalId } };
  noteSeen((await unwrap(client.PUT("/api/goals/{goal_id}", { params, body: { source } }))).position);
}
