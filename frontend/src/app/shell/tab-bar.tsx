import { Link, useRouterState } from "@tanstack/react-router";
import { InboxCount } from "~/app/shell/inbox-count";
import { MoreMenu } from "~/app/shell/more-menu";
import { closest, isHere } from "~/app/shell/places";
import { TAB } from "~/app/shell/tab-look";
import { Icon } from "~/components/icon";

/** The navigation of a narrow screen, under the thumb: what is used most, and a menu of everything. */
export function TabBar() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-5 border-t-[1.5px] border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {closest.map(({ to, label, icon }) => {
        const here = isHere(to, path);
        return (
          <Link
            key={to}
            to={to}
            aria-current={here ? "page" : undefined}
            className={`${TAB} ${here ? "border-info text-fg" : "border-transparent text-fg-3"}`}
          >
            <Icon name={icon} className="size-5" />
            {label}
            {to === "/inbox" && <InboxCount className="absolute top-0.5 left-1/2 ml-1" />}
          </Link>
        );
      })}
      <MoreMenu path={path} />
    </nav>
  );
}
