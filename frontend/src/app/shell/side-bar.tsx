import { Link, useRouterState } from "@tanstack/react-router";
import { useId } from "react";
import { ConnectionBadge } from "~/app/shell/connection-badge";
import { InboxCount } from "~/app/shell/inbox-count";
import { groups, isHere } from "~/app/shell/places";
import { SignedIn } from "~/app/shell/signed-in";
import { Brand } from "~/components/brand";
import { Icon } from "~/components/icon";

const ITEM = `flex min-h-10 items-center gap-3 rounded-control border-l-[3px] px-3 text-fg-3 focus-visible:-outline-offset-2 transition-colors
  duration-200 hover:bg-overlay hover:text-fg`;

/** The navigation of a wide screen. */
export function SideBar() {
  const id = useId();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <header className="sticky top-0 hidden h-dvh flex-col gap-6 border-r-[1.5px] border-line bg-surface/60 p-4 lg:flex">
      <Link to="/runs" className="flex items-center gap-3 rounded-control px-2 py-1">
        <Brand className="size-9" />
        <span className="font-display text-xl font-semibold">Z2</span>
      </Link>
      <nav aria-label="Main" className="-mx-1 grid min-h-0 flex-1 content-start gap-4 overflow-y-auto px-1">
        {groups.map((group) => (
          <div key={group.label}>
            <p id={`${id}-${group.label}`} className="eyebrow mb-1 px-3.5">
              {group.label}
            </p>
            <ul aria-labelledby={`${id}-${group.label}`} className="grid gap-0.5">
              {group.places.map(({ to, label, icon }) => (
                <li key={to}>
                  <Link
                    to={to}
                    aria-current={isHere(to, path) ? "page" : undefined}
                    className={`${ITEM} ${isHere(to, path) ? "border-info bg-overlay text-fg" : "border-transparent"}`}
                  >
                    <Icon name={icon} className="size-5" />
                    {label}
                    {to === "/inbox" && <InboxCount className="ml-auto" />}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="mt-auto grid gap-4">
        <a href="/api/docs" className={`${ITEM} border-transparent text-sm`}>
          <Icon name="book-open" className="size-5" />
          API reference
        </a>
        <div className="px-3">
          <ConnectionBadge />
        </div>
        <SignedIn />
      </div>
    </header>
  );
}
