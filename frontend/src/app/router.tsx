import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Crash, NotFound, Outage, Pending } from "~/app/fallbacks";
import { Shell } from "~/app/shell/shell";
import { readRunsSearch } from "~/features/runs/list/search";
import { readRunSearch } from "~/features/runs/show/search";
import { currentSession } from "~/features/session/api/current-session";
import { Problem } from "~/lib/api/problem";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: Outage,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" ? { next: search.next } : {},
  component: lazyRouteComponent(() => import("~/app/routes/login"), "Login"),
});

const signedIn = createRoute({
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

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/runs", replace: true });
  },
});

const runs = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs",
  validateSearch: readRunsSearch,
  component: lazyRouteComponent(() => import("~/app/routes/runs"), "Runs"),
});

const newRun = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs/new",
  validateSearch: (search: Record<string, unknown>): { sample?: true } =>
    search.sample === true ? { sample: true } : {},
  component: lazyRouteComponent(() => import("~/app/routes/new-run"), "NewRun"),
});

const run = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs/$runId",
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import("~/app/routes/run"), "Run"),
});

const agents = createRoute({
  getParentRoute: () => signedIn,
  path: "/agents",
  component: lazyRouteComponent(() => import("~/app/routes/agents"), "Agents"),
});

const workflows = createRoute({
  getParentRoute: () => signedIn,
  path: "/workflows",
  component: lazyRouteComponent(() => import("~/app/routes/workflows"), "Workflows"),
});

const tree = root.addChildren([login, signedIn.addChildren([home, runs, newRun, run, agents, workflows])]);

export function createPageRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultPendingMs: 150,
    defaultPendingComponent: Pending,
    defaultErrorComponent: Crash,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}
