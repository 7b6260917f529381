import { Outlet, useMatch, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { SideBar } from "~/app/shell/side-bar";
import { TabBar } from "~/app/shell/tab-bar";
import { TopBar } from "~/app/shell/top-bar";
import { WorkspaceFeed } from "~/app/shell/workspace-feed";

/** The frame of every page behind the sign-in. */
export function Shell() {
  const main = useFocusOnNavigation();
  // The page of a run follows that run itself: browsers allow few connections to one host.
  const run = useMatch({ from: "/signed-in/runs/$runId", shouldThrow: false });
  return (
    <div className="lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-30 rounded-control bg-cta px-4 py-2 font-medium text-cta-fg focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      {run === undefined && <WorkspaceFeed />}
      <SideBar />
      <TopBar />
      <main
        id="content"
        ref={main}
        tabIndex={-1}
        className="mx-auto w-full max-w-[80rem] min-w-0 px-4 pt-6 pb-28 sm:px-6 lg:px-10 lg:pt-10 lg:pb-16"
      >
        <Outlet />
      </main>
      <TabBar />
    </div>
  );
}

/** After a change of page the keyboard and the screen reader continue at its content. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (before.current !== undefined && path !== before.current) main.current?.focus({ preventScroll: true });
    if (path !== undefined) before.current = path;
  }, [path]);
  return main;
}
