import { Icon } from "~/components/icon";
import { compactionWords } from "~/features/runs/acting/act-words";
import type { Act } from "~/features/runs/acting/acts";
import { ToolItem } from "~/features/runs/acting/tool-item";

interface Props {
  runId: string;
  step: string;
  acts: readonly Act[];
  /** Whether the run is over, so that nothing of it is under way. */
  over: boolean;
}

/** What an agent has done besides speaking, each call folded in. */
export function ActsList({ runId, step, acts, over }: Props) {
  if (acts.length === 0) return null;
  return (
    <ul aria-label="What it did" className="grid gap-1.5">
      {acts.map((act) =>
        act.kind === "tool" ? (
          <ToolItem key={`${act.call} ${act.index}`} runId={runId} step={step} use={act} over={over} />
        ) : (
          <li
            key={`${act.call} ${act.method} ${act.tokensBefore}`}
            className="flex items-start gap-2 px-2 py-1 text-sm text-fg-3"
          >
            <Icon name="archive" className="mt-0.5 size-4" />
            <span className="min-w-0 break-words">{compactionWords(act)}.</span>
          </li>
        ),
      )}
    </ul>
  );
}
