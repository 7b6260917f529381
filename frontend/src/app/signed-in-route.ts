import { createRoute, redirect } from "@tanstack/react-router";
import { Outage } from "~/app/fallbacks";
import { root } from "~/app/root-route";
import { Shell } from "~/app/shell/shell";
import { currentSession } from "~/features/session/api/current-session";
import { Problem } from "~/lib/api/problem";

/** What all pages stand in that only somebody who is signed in may see. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ context, location }) => {
    try {
      return { session: await context.queryClient.ensureQueryData(currentSession) };
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
      }
      throw error;
    }
  },
  component: Shell,
  errorComponent: Outage,
});
