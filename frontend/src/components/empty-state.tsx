import type { ReactNode } from "react";
import { Icon, type IconName } from "~/components/icon";

/** What stands where nothing is yet: what would be here, and how to get it. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="card grid justify-items-center gap-3 px-6 py-14 text-center">
      <span className="grid size-14 place-items-center rounded-full bg-overlay text-fg-2">
        <Icon name={icon} className="size-6" />
      </span>
      <h2 className="text-xl font-semibold">{title}</h2>
      <div className="max-w-md text-fg-3">{children}</div>
      {action && <div className="mt-2 flex flex-wrap justify-center gap-3">{action}</div>}
    </div>
  );
}
