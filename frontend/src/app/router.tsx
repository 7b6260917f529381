import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { conversing } from "~/app/conversing-routes";
import { entrances } from "~/app/entrance-routes";
import { Crash, NotFound, Pending } from "~/app/fallbacks";
import { root } from "~/app/root-route";
import { signedIn } from "~/app/signed-in-route";
import { readRunsSearch } from "~/features/runs/list/search";
import { readRunSearch } from "~/features/runs/show/search";

function readVersion(search: Record<string, unknown>): { version?: number } {
  return typeof search.version === "number" && search.version > 0 ? { version: search.version } : {};
}

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
  validateSearch: (search: Record<string, unknown>): { sample?: true; workflow?: string } => ({
    ...(search.sample === true && { sample: true }),
    ...(typeof search.workflow === "string" && { workflow: search.workflow }),
  }),
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

const workflows = createRoute({
  getParentRoute: () => signedIn,
  path: "/workflows",
  component: lazyRouteComponent(() => import("~/app/routes/workflows"), "Workflows"),
});

const workflow = createRoute({
  getParentRoute: () => signedIn,
  path: "/workflows/$workflowId",
  validateSearch: readVersion,
  component: lazyRouteComponent(() => import("~/app/routes/workflow"), "Workflow"),
});

const newWorkflow = createRoute({
  getParentRoute: () => signedIn,
  path: "/workflows/new",
  component: lazyRouteComponent(() => import("~/app/routes/new-workflow"), "NewWorkflow"),
});

const editWorkflow = createRoute({
  getParentRoute: () => signedIn,
  path: "/workflows/$workflowId/edit",
  validateSearch: readVersion,
  component: lazyRouteComponent(() => import("~/app/routes/edit-workflow"), "EditWorkflowPage"),
});

const goals = createRoute({
  getParentRoute: () => signedIn,
  path: "/goals",
  component: lazyRouteComponent(() => import("~/app/routes/goals"), "Goals"),
});

const goal = createRoute({
  getParentRoute: () => signedIn,
  path: "/goals/$goalId",
  component: lazyRouteComponent(() => import("~/app/routes/goal"), "Goal"),
});

const schedules = createRoute({
  getParentRoute: () => signedIn,
  path: "/schedules",
  component: lazyRouteComponent(() => import("~/app/routes/schedules"), "Schedules"),
});

const triggers = createRoute({
  getParentRoute: () => signedIn,
  path: "/triggers",
  component: lazyRouteComponent(() => import("~/app/routes/triggers"), "Triggers"),
});

const limits = createRoute({
  getParentRoute: () => signedIn,
  path: "/limits",
  component: lazyRouteComponent(() => import("~/app/routes/limits"), "Limits"),
});

const deadLetters = createRoute({
  getParentRoute: () => signedIn,
  path: "/dead-letters",
  component: lazyRouteComponent(() => import("~/app/routes/dead-letters"), "DeadLetters"),
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
  ...entrances,
  signedIn.addChildren([
    home,
    runs,
    newRun,
    run,
    inbox,
    ...conversing,
    workflows,
    workflow,
    newWorkflow,
    editWorkflow,
    goals,
    goal,
    schedules,
    triggers,
    limits,
    deadLetters,
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
