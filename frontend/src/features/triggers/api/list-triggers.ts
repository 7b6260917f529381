import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

export const triggersQuery = queryOptions({
  queryKey: ["triggers"],
  queryFn: async () => (await unwrap(client.GET("/api/triggers", { params: { query: afterSeen() } }))).items,
});

/** A trigger with the address of its messages, and whether its author may still start runs. */
export function triggerQuery(triggerId: string) {
  return queryOptions({
    queryKey: ["triggers", triggerId],
    queryFn: () => {
      const params = { path: { trigger_id: triggerId }, query: afterSeen() };
      return unwrap(client.GET("/api/triggers/{trigger_id}", { params }));
    },
  });
}
