import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

/** Where one is signed in. */
export const loginsQuery = queryOptions({
  queryKey: ["logins"],
  queryFn: async () => (await unwrap(client.GET("/api/logins", { params: { query: afterSeen() } }))).items,
});
