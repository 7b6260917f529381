import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: async () => (await unwrap(client.GET("/api/agents", { params: { query: afterSeen() } }))).items,
});
