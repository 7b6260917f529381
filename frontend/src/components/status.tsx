import { Icon, type IconName } from "~/components/icon";
import type { RunStatus, StepStatus } from "~/lib/api/types";

interface Look {
  word: string;
  icon: IconName;
  color: string;
  moving?: boolean;
}

const LOOKS: Record<RunStatus | StepStatus, Look> = {
  waiting: { word: "Waiting", icon: "circle-dashed", color: "text-fg-3" },
  scheduled: { word: "Scheduled", icon: "clock", color: "text-fg-2" },
  running: { word: "Running", icon: "loader-circle", color: "text-info", moving: true },
  completed: { word: "Completed", icon: "circle-check", color: "text-ok" },
  failed: { word: "Failed", icon: "circle-x", color: "text-danger" },
  cancelled: { word: "Cancelled", icon: "ban", color: "text-fg-3" },
};

/** A status as glyph and word: colour never tells it alone. */
export function Status({ status, className = "" }: { status: RunStatus | StepStatus; className?: string }) {
  const look = LOOKS[status];
  return (
    <span
      className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${look.color} ${className}`}
    >
      <Icon name={look.icon} className={look.moving ? "spin size-4" : "size-4"} />
      {look.word}
    </span>
  );
}

export function statusWord(status: RunStatus | StepStatus): string {
  return LOOKS[status].word;
}
