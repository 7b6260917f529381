import type { QueryClient } from "@tanstack/react-query";
import type { AnyRouter } from "@tanstack/react-router";
import { currentSession } from "~/features/session/api/current-session";

/** Leaves for the sign-in page, which leads back here; what the old session had read is forgotten. */
export function toLogin(router: AnyRouter, queryClient: QueryClient): void {
  const { pathname, href } = router.state.location;
  if (pathname === "/login") return;
  queryClient.removeQueries({ queryKey: currentSession.queryKey });
  const search = href === "/runs" ? {} : { next: href };
  void router.navigate({ to: "/login", search }).then(() => queryClient.clear());
}
