import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

/** One's own keys, or those of everybody in the workspace. */
export const keysQuery = (all: boolean) =>
  queryOptions({
    queryKey: ["keys", { all }],
    queryFn: async () =>
      (await unwrap(client.GET("/api/keys", { params: { query: { ...afterSeen(), ...(all && { all }) } } })))
        .items,
  });
