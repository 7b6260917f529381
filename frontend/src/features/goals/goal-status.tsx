import { Icon } from "~/components/icon";
import { GOAL_LOOKS } from "~/features/goals/goal-words";
import type { Goal } from "~/lib/api/types";

/** How a goal stands as glyph and word. */
export function GoalStatus({ status }: { status: Goal["status"] }) {
  const { word, icon, color } = GOAL_LOOKS[status];
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${color}`}>
      <Icon name={icon} className={status === "asked" ? "spin size-4" : "size-4"} />
      {word}
    </span>
  );
}
