import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** A goal with its draft, as the log has it. */
export function goalQuery(goalId: string) {
  return queryOptions({
    queryKey: ["goals", goalId],
    queryFn: () => unwrap(client.GET("/api/goals/{goal_id}", { params: { path: { goal_id: goalId } } })),
  });
}
