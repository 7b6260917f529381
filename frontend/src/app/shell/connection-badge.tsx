import { useSyncExternalStore } from "react";
import { Icon, type IconName } from "~/components/icon";
import { type ConnectionState, getConnection, subscribeConnection } from "~/lib/live/connection";

const LOOKS: Record<ConnectionState, { word: string; icon: IconName; color: string }> = {
  idle: { word: "Not following", icon: "circle-dashed", color: "text-fg-3" },
  connecting: { word: "Connecting", icon: "circle-dashed", color: "text-fg-3" },
  live: { word: "Live", icon: "radio", color: "text-ok" },
  reconnecting: { word: "Reconnecting", icon: "wifi-off", color: "text-warn" },
};

/** Whether what the page shows is being kept up to date. */
export function ConnectionBadge() {
  const state = useSyncExternalStore(subscribeConnection, getConnection);
  const look = LOOKS[state];
  return (
    <span role="status" className={`inline-flex items-center gap-2 text-sm ${look.color}`}>
      <Icon name={look.icon} />
      {look.word}
    </span>
  );
}
