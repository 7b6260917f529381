import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

/** The workspaces that one belongs to. */
export const workspacesQuery = queryOptions({
  queryKey: ["workspaces"],
  queryFn: async () =>
    (await unwrap(client.GET("/api/workspaces", { params: { query: afterSeen() } }))).items,
  staleTime: 60_000,
});
