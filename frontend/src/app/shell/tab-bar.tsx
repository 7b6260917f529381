import { Link, useRouterState } from "@tanstack/react-router";
import { InboxCount } from "~/app/shell/inbox-count";
import { isHere, places } from "~/app/shell/places";
import { Icon } from "~/components/icon";

/** The navigation of a narrow screen, under the thumb. */
export function TabBar() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-5 border-t-[1.5px] border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {places.map(({ to, label, icon }) => {
        const here = isHere(to, path);
        return (
          <Link
            key={to}
            to={to}
            aria-current={here ? "page" : undefined}
            className={`relative grid min-h-14 justify-items-center gap-0.5 border-t-[3px] pt-1.5 text-xs ${here ? "border-info text-fg" : "border-transparent text-fg-3"}`}
          >
            <Icon name={icon} className="size-5" />
            {label}
            {to === "/inbox" && <InboxCount className="absolute top-0.5 left-1/2 ml-1" />}
          </Link>
        );
      })}
    </nav>
  );
}
