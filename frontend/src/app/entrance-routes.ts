import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "~/app/root-route";

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

/** The pages of somebody who is not signed in. */
export const entrances = [login, setUp, forgot, resetPassword, verifyEmail, invitation] as const;
