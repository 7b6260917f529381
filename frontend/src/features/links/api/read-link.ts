import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** What a link for choosing a password is good for. Nothing of it is kept once the page is left. */
export const linkQuery = (link: string) =>
  queryOptions({
    queryKey: ["link", link],
    queryFn: () => unwrap(client.POST("/api/links", { body: { link } })),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
