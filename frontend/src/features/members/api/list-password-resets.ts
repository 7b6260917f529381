import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Members who asked for a new password and cannot be sent a link. */
export const passwordResetsQuery = queryOptions({
  queryKey: ["password-resets"],
  queryFn: async () => (await unwrap(client.GET("/api/password-resets"))).items,
});
