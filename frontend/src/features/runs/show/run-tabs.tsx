import { Link } from "@tanstack/react-router";
import { Icon, type IconName } from "~/components/icon";
import type { RunState } from "~/features/runs/live/run-state";
import type { RunView } from "~/features/runs/show/search";

const TABS: readonly { view: RunView; label: string; icon: IconName }[] = [
  { view: "steps", label: "Steps", icon: "workflow" },
  { view: "result", label: "Result", icon: "file-text" },
  { view: "input", label: "Input", icon: "inbox" },
  { view: "timeline", label: "Timeline", icon: "list-tree" },
];

/** The parts of the page of a run. Each has its own address, so they are links and not tabs. */
export function RunTabs({ state, current }: { state: RunState; current: RunView }) {
  const { run, events } = state;
  const notes: Partial<Record<RunView, string>> = {
    steps: `${run.steps_done}/${run.steps_total}`,
    timeline: String(events.length),
  };
  return (
    <nav
      aria-label="Parts of this run"
      className="mb-6 flex gap-1 overflow-x-auto border-b-[1.5px] border-line"
    >
      {TABS.map(({ view, label, icon }) => {
        const here = view === current;
        return (
          <Link
            key={view}
            to="/runs/$runId"
            params={{ runId: run.id }}
            search={{ view }}
            resetScroll={false}
            aria-current={here ? "page" : undefined}
            className={`inline-flex min-h-11 items-center gap-2 rounded-t-control border-b-[3px] px-3 whitespace-nowrap transition-colors duration-200 focus-visible:-outline-offset-2 sm:px-4 ${here ? "border-info text-fg" : "border-transparent text-fg-3 hover:text-fg"}`}
          >
            <Icon name={icon} className="hidden size-4 sm:block" />
            {label}
            {notes[view] && (
              <span className="hidden rounded-full bg-overlay px-2 py-px text-xs text-fg-2 tabular-nums sm:inline">
                {notes[view]}
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
