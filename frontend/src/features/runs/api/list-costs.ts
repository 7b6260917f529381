import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** What each template costs on its sample with this model, by the name of the template. */
export const costsQuery = (model: string | undefined) =>
  queryOptions({
    queryKey: ["templates", "costs", model],
    enabled: model !== undefined,
    queryFn: async () => {
      const query = model === undefined ? {} : { model };
      const { items } = await unwrap(client.GET("/api/templates", { params: { query } }));
      return new Map(items.map((template) => [template.name, template.costs]));
    },
  });
