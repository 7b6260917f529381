import { Link } from "@tanstack/react-router";
import { useId, useRef } from "react";
import { closest, groups, isHere } from "~/app/shell/places";
import { TAB } from "~/app/shell/tab-look";
import { Icon } from "~/components/icon";

/** All places in their groups. The browser itself closes it: by Escape, or a tap elsewhere. */
export function MoreMenu({ path }: { path: string }) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const close = () => menu.current?.hidePopover();
  const elsewhere = groups.some(({ places }) =>
    places.some(({ to }) => isHere(to, path) && !closest.some((one) => one.to === to)),
  );
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        className={`${TAB} ${elsewhere ? "border-info text-fg" : "border-transparent text-fg-3"}`}
      >
        <Icon name="menu" className="size-5" />
        More
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="card fixed inset-[auto_0.5rem_calc(4.25rem+env(safe-area-inset-bottom))_auto] m-0 max-h-[calc(100dvh-6rem)] w-[min(18rem,calc(100vw-1rem))] overflow-y-auto bg-raised p-3 text-fg shadow-[0_1rem_3rem_var(--shade)]"
      >
        {groups.map((group) => (
          <div key={group.label} className="not-last:mb-3">
            <p id={`${id}-${group.label}`} className="eyebrow mb-1 px-3">
              {group.label}
            </p>
            <ul aria-labelledby={`${id}-${group.label}`} className="grid">
              {group.places.map(({ to, label, icon }) => (
                <li key={to}>
                  <Link
                    to={to}
                    onClick={close}
                    aria-current={isHere(to, path) ? "page" : undefined}
                    className={`flex min-h-11 items-center gap-3 rounded-control px-3 hover:bg-overlay focus-visible:-outline-offset-2 ${isHere(to, path) ? "bg-overlay" : ""}`}
                  >
                    <Icon name={icon} className="size-5 text-fg-3" />
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </>
  );
}
