import { Icon, type IconName } from "~/components/icon";
import type { RunStatus, StepStatus } from "~/lib/api/types";

interface Look {
  word: string;
  icon: IconName;
  color: string;
  moving?: boolean;
}

const LOOKS: Record<RunStatus | StepStatus, Look> = {
  pending: { word: "Pending", icon: "circle-dashed", color: "text-fg-3" },
  waiting: { word: "Waiting", icon: "circle-dashed", color: "text-fg-3" },
  scheduled: { word: "Scheduled", icon: "clock", color: "text-fg-2" },
  running: { word: "Running", icon: "loader-circle", color: "text-info", moving: true },
  open: { word: "Under way", icon: "circle-dot", color: "text-info" },
  suspended: { word: "Suspended", icon: "hourglass", color: "text-warn" },
  paused: { word: "Paused", icon: "pause", color: "text-warn" },
  skipped: { word: "Skipped", icon: "skip-forward", color: "text-fg-3" },
  completed: { word: "Completed", icon: "circle-check", color: "text-ok" },
  failed: { word: "Failed", icon: "circle-x", color: "text-danger" },
  cancelled: { word: "Cancelled", icon: "ban", color: "text-fg-3" },
};

interface Props {
  status: RunStatus | StepStatus;
  /** What to say instead of the usual word, where more is known. */
  word?: string | undefined;
  className?: string;
}

/** A status as glyph and word: colour never tells it alone. */
export function Status({ status, word, className = "" }: Props) {
  const look = LOOKS[status];
  return (
    <span
      className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${look.color} ${className}`}
    >
      <Icon name={look.icon} className={look.moving ? "spin size-4" : "size-4"} />
      {word ?? look.word}
    </span>
  );
}

export function statusWord(status: RunStatus | StepStatus): string {
  return LOOKS[status].word;
}
