import { StoredText } from "~/components/stored-text";
import { ActsList } from "~/features/runs/acting/acts-list";
import type { Told } from "~/features/runs/answer/told";
import { stepName } from "~/features/runs/show/step-words";

interface Props extends Told {
  runId: string;
  /** Whether it says who speaks, because several do. */
  named: boolean;
}

const OVER = ["completed", "skipped", "failed", "cancelled"];

/** What one step says and does. */
export function ToldStep({ runId, step, named, before, words, after }: Props) {
  const over = OVER.includes(step.status);
  return (
    <div className="grid grid-cols-1 min-w-0 gap-3">
      {named && <p className="eyebrow">{stepName(step)}</p>}
      <ActsList runId={runId} step={step.id} acts={before} over={over} />
      {words !== "" && (
        <div className="min-w-0" aria-busy={!over}>
          <StoredText text={words} mediaType="text/markdown" under={2} />
        </div>
      )}
      <ActsList runId={runId} step={step.id} acts={after} over={over} />
    </div>
  );
}
