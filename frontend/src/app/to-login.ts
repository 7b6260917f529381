import type { QueryClient } from "@tanstack/react-query";
import type { AnyRouter } from "@tanstack/react-router";
import { forget } from "~/app/forget";
import { currentSession } from "~/features/session/api/current-session";
import { START } from "~/lib/safe-path";

/** Leaves for the sign-in page, which leads back here; what the old session had read is forgotten. */
export function toLogin(router: AnyRouter, queryClient: QueryClient): void {
  const { location, matches } = router.state;
  // the first of several refusals has us on our way already
  if (location.pathname === "/login") return;
  // the other pages are open to everybody
  if (!matches.some((match) => match.routeId === "/signed-in")) return;
  queryClient.removeQueries({ queryKey: currentSession.queryKey });
  const search = location.href === START ? {} : { next: location.href };
  void router.navigate({ to: "/login", search }).then(() => forget(queryClient));
}
