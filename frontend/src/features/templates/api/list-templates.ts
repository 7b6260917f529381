import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  queryFn: async () => (await unwrap(client.GET("/api/templates"))).items,
  staleTime: Number.POSITIVE_INFINITY,
});
