import type { IconName } from "~/components/icon";

interface Place {
  to: string;
  label: string;
  icon: IconName;
}

/** Where one can go from everywhere, by what it is for. */
export const groups = [
  {
    label: "Work",
    places: [
      { to: "/runs", label: "Runs", icon: "activity" },
      { to: "/chat", label: "Chat", icon: "message-square" },
      { to: "/runs/new", label: "New run", icon: "plus" },
      { to: "/inbox", label: "Inbox", icon: "inbox" },
      { to: "/dead-letters", label: "Dead letters", icon: "triangle-alert" },
    ],
  },
  {
    label: "Team",
    places: [
      { to: "/goals", label: "Goals", icon: "target" },
      { to: "/workflows", label: "Workflows", icon: "workflow" },
      { to: "/agents", label: "Agents", icon: "bot" },
    ],
  },
  {
    label: "Automation",
    places: [
      { to: "/schedules", label: "Schedules", icon: "clock" },
      { to: "/triggers", label: "Triggers", icon: "zap" },
      { to: "/limits", label: "Limits", icon: "gauge" },
    ],
  },
] as const satisfies readonly { label: string; places: readonly Place[] }[];

/** Those that a narrow screen has under the thumb; the others are a menu away. */
export const closest = [groups[0].places[0], groups[0].places[1], groups[0].places[2], groups[0].places[3]];

const WITH_PAGES_BELOW: readonly string[] = ["/workflows", "/goals", "/chat", "/agents"];

/** Whether a place is the one that a path belongs to: a run belongs to the runs, a new run to itself. */
export function isHere(place: string, path: string): boolean {
  if (WITH_PAGES_BELOW.includes(place)) return path === place || path.startsWith(`${place}/`);
  if (place !== "/runs") return path === place;
  return path.startsWith("/runs") && path !== "/runs/new";
}
