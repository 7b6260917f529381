import { useSyncExternalStore } from "react";
import { Icon } from "~/components/icon";
import { getConnection, subscribeConnection } from "~/lib/live/connection";

const BADGE =
  "inline-flex items-center gap-1.5 rounded-full border-[1.5px] px-2.5 py-0.5 text-xs font-semibold";

/** Whether this page follows the run as it happens. */
export function LiveBadge({ running }: { running: boolean }) {
  const connection = useSyncExternalStore(subscribeConnection, getConnection);
  if (!running) return <span className={`${BADGE} border-line text-fg-3`}>ENDED</span>;
  if (connection !== "live") {
    return (
      <span className={`${BADGE} border-warn text-warn`}>
        <Icon name="wifi-off" className="size-3.5" />
        {connection === "reconnecting" ? "RECONNECTING" : "CONNECTING"}
      </span>
    );
  }
  return (
    <span className={`${BADGE} border-ok text-ok`}>
      <span aria-hidden="true" className="pulse-dot size-2 rounded-full bg-ok" />
      LIVE
    </span>
  );
}
