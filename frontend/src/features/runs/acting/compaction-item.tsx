import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { PlainWords } from "~/components/plain-words";
import { compactionWords } from "~/features/runs/acting/act-words";
import type { Compaction } from "~/features/runs/acting/acts";
import { compactionsQuery } from "~/features/runs/api/list-compactions";
import type { ShortenedTurns } from "~/lib/api/types";

interface Props {
  runId: string;
  step: string;
  compaction: Compaction;
}

/** What a model is told less of, and folded in the parts that this concerns and what stands in their place. */
export function CompactionItem({ runId, step, compaction }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <li className="min-w-0 rounded-control border-[1.5px] border-dashed border-line">
      <details className="group/less" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
        <summary className="flex min-h-11 items-center gap-2 rounded-control px-3 py-1.5 text-sm text-fg-3 hover:bg-overlay hover:text-fg focus-visible:-outline-offset-2">
          <Icon name="chevron-right" className="size-4 transition-transform group-open/less:rotate-90" />
          <Icon name="archive" className="size-4" />
          <span className="min-w-0 break-words">{compactionWords(compaction)}.</span>
        </summary>
        {open && <Inside runId={runId} step={step} compaction={compaction} />}
      </details>
    </li>
  );
}

function Inside({ runId, step, compaction: { number } }: Props) {
  const query = useQuery(compactionsQuery(runId, step, number + 1));
  return (
    <div className="grid grid-cols-1 min-w-0 gap-3 border-t-[1.5px] border-dashed border-line p-3 text-sm">
      <Loaded query={query} what="What is told less" lines={2}>
        {({ items }) => {
          const found = items[number];
          return found ? <Shortened shortened={found} /> : <p className="text-fg-3">It is not known yet.</p>;
        }}
      </Loaded>
    </div>
  );
}

function Shortened({ shortened: { replaced, summary, readable } }: { shortened: ShortenedTurns }) {
  return (
    <>
      <div>
        <p className="eyebrow mb-1">Instead of</p>
        <ul aria-label="Instead of" className="flex flex-wrap gap-x-4 gap-y-1">
          {replaced.map((part) => (
            <li key={part.part} className="min-w-0 break-words">
              {part.title} <code className="font-mono text-xs text-fg-3">{part.part}</code>
              {!part.readable && <span className="text-warn"> is not stored any more</span>}
            </li>
          ))}
        </ul>
      </div>
      {summary === null ? (
        <p className="text-fg-3">
          {readable ? "Nothing is told in its place." : "What is told in its place is not stored any more."}
        </p>
      ) : (
        <PlainWords label="This is told" text={summary} />
      )}
    </>
  );
}
