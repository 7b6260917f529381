import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** The tools that agents may be given; they change with the installation only. */
export const toolsQuery = queryOptions({
  queryKey: ["tools"],
  queryFn: async () => (await unwrap(client.GET("/api/tools"))).items,
});
