import type { Act } from "~/features/runs/acting/acts";
import { CompactionItem } from "~/features/runs/acting/compaction-item";
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
    <ul aria-label="What it did" className="grid grid-cols-1 gap-1.5">
      {acts.map((act) =>
        act.kind === "tool" ? (
          <ToolItem key={`${act.call} ${act.index}`} runId={runId} step={step} use={act} over={over} />
        ) : (
          <CompactionItem key={`less ${act.number}`} runId={runId} step={step} compaction={act} />
        ),
      )}
    </ul>
  );
}
