import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

export const schedulesQuery = queryOptions({
  queryKey: ["schedules"],
  queryFn: async () => (await unwrap(client.GET("/api/schedules", { params: { query: afterSeen() } }))).items,
});

/** A schedule with its next moments, and whether its author may still start runs. */
export function scheduleQuery(scheduleId: string) {
  return queryOptions({
    queryKey: ["schedules", scheduleId],
    queryFn: () => {
      const params = { path: { schedule_id: scheduleId }, query: afterSeen() };
      return unwrap(client.GET("/api/schedules/{schedule_id}", { params }));
    },
  });
}
