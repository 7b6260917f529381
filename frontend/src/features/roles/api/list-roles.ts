import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** The roles of the workspace, the built-in ones first. */
export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: async () => (await unwrap(client.GET("/api/roles"))).items,
});
