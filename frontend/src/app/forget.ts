import type { QueryClient } from "@tanstack/react-query";
import { providersQuery } from "~/features/session/api/list-providers";

/** Forgets what a session had read. The providers are nobody's, and the sign-in page may be reading them just now. */
export function forget(queryClient: QueryClient): void {
  const [nobodys] = providersQuery.queryKey;
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== nobodys });
  queryClient.getMutationCache().clear();
}
