import type { IconName } from "~/components/icon";

/** Where one can go from everywhere. */
export const places = [
  { to: "/runs", label: "Runs", icon: "activity" },
  { to: "/runs/new", label: "New run", icon: "plus" },
  { to: "/inbox", label: "Inbox", icon: "inbox" },
  { to: "/agents", label: "Agents", icon: "bot" },
  { to: "/workflows", label: "Workflows", icon: "workflow" },
] as const satisfies readonly { to: string; label: string; icon: IconName }[];

/** Whether a place is the one that a path belongs to: a run belongs to the runs, a new run to itself. */
export function isHere(place: string, path: string): boolean {
  if (place === "/workflows") return path.startsWith(place);
  if (place !== "/runs") return path === place;
  return path.startsWith("/runs") && path !== "/runs/new";
}
