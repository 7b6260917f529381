import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** The templates, and what their costs assume. */
export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  queryFn: () => unwrap(client.GET("/api/templates")),
});
