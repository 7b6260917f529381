import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** The providers of single sign-on that the installation has. */
export const providersQuery = queryOptions({
  queryKey: ["sign-on-providers"],
  queryFn: async () => (await unwrap(client.GET("/api/session/providers"))).providers,
  staleTime: 60_000,
});

/** Where a browser goes to sign in at a provider: an address for a full navigation, which comes back to `next`. */
export function signOnAddress(provider: string, next: string): string {
  return `/api/session/oidc/${encodeURIComponent(provider)}?${new URLSearchParams({ return_to: next })}`;
}
