import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** One's own account. */
export const profileQuery = queryOptions({
  queryKey: ["profile"],
  queryFn: () => unwrap(client.GET("/api/profile")),
});
