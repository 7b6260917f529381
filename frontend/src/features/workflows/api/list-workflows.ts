import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

export const workflowsQuery = queryOptions({
  queryKey: ["workflows"],
  queryFn: async () => (await unwrap(client.GET("/api/workflows", { params: { query: afterSeen() } }))).items,
});
