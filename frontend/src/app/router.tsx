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
  validateSearch: (search: Record<string, unknown>): { next?: string; failed?: string } => ({
    ...(typeof search.next === "string" && { next: search.next }),
    ...(typeof search.failed === "string" && { failed: search.failed }),
  }),
  component: lazyRouteComponent(() => import("~/app/routes/login"), "Login"),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: "/set-up",
  component: lazyRouteComponent(() => import("~/app/routes/set-up"), "SetUp"),
});

const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot",
  component: lazyRouteComponent(() => import("~/app/routes/forgot"), "Forgot"),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("~/app/routes/reset-password"), "ResetPassword"),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  component: lazyRouteComponent(() => import("~/app/routes/verify-email"), "VerifyEmailPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("~/app/routes/invitation"), "Invitation"),
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

const inbox = createRoute({
  getParentRoute: () => signedIn,
  path: "/inbox",
  component: lazyRouteComponent(() => import("~/app/routes/inbox"), "Inbox"),
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

const workflow = createRoute({
  getParentRoute: () => signedIn,
  path: "/workflows/$workflowId",
  validateSearch: (search: Record<string, unknown>): { version?: number } =>
    typeof search.version === "number" && search.version > 0 ? { version: search.version } : {},
  component: lazyRouteComponent(() => import("~/app/routes/workflow"), "Workflow"),
});

const device = createRoute({
  getParentRoute: () => signedIn,
  path: "/device",
  validateSearch: (search: Record<string, unknown>): { code?: string } =>
    typeof search.code === "string" ? { code: search.code } : {},
  component: lazyRouteComponent(() => import("~/app/routes/device"), "Device"),
});

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  component: lazyRouteComponent(() => import("~/app/routes/settings/layout"), "Settings"),
});

const profile = createRoute({
  getParentRoute: () => settings,
  path: "/",
  component: lazyRouteComponent(() => import("~/app/routes/settings/profile"), "Profile"),
});

const signIns = createRoute({
  getParentRoute: () => settings,
  path: "/sign-ins",
  component: lazyRouteComponent(() => import("~/app/routes/settings/sign-ins"), "SignIns"),
});

const keys = createRoute({
  getParentRoute: () => settings,
  path: "/keys",
  component: lazyRouteComponent(() => import("~/app/routes/settings/keys"), "Keys"),
});

const members = createRoute({
  getParentRoute: () => settings,
  path: "/members",
  component: lazyRouteComponent(() => import("~/app/routes/settings/members"), "Members"),
});

const roles = createRoute({
  getParentRoute: () => settings,
  path: "/roles",
  component: lazyRouteComponent(() => import("~/app/routes/settings/roles"), "Roles"),
});

const workspaces = createRoute({
  getParentRoute: () => settings,
  path: "/workspaces",
  component: lazyRouteComponent(() => import("~/app/routes/settings/workspaces"), "Workspaces"),
});

const tree = root.addChildren([
  login,
  setUp,
  forgot,
  resetPassword,
  verifyEmail,
  invitation,
  signedIn.addChildren([
    home,
    runs,
    newRun,
    run,
    inbox,
    agents,
    workflows,
    workflow,
    device,
    settings.addChildren([profile, signIns, keys, members, roles, workspaces]),
  ]),
]);

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
