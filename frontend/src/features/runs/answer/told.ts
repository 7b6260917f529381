import type { Act } from "~/features/runs/acting/acts";
import type { Draft } from "~/features/runs/live/run-state";
import type { Run, Step } from "~/lib/api/types";

/** The calls of a model in an attempt; each answer that broke off counts one within them. */
const TRIES = 1_000;

/** A step as it is heard: its words stand between what was done before and after they were said. */
export interface Told {
  step: Step;
  before: readonly Act[];
  words: string;
  after: readonly Act[];
}

/** The steps that have said or done anything, in the order of the run. */
export function told(
  steps: readonly Step[],
  acts: ReadonlyMap<string, readonly Act[]>,
  drafts: Readonly<Record<string, Draft>>,
): Told[] {
  return steps
    .map((step) => heard(step, acts.get(step.id) ?? [], drafts[step.id]))
    .filter(({ before, words, after }) => before.length > 0 || words !== "" || after.length > 0);
}

function heard(step: Step, acts: readonly Act[], draft: Draft | undefined): Told {
  const words = draft?.attempt === step.attempt ? draft.text : "";
  const call = words === "" ? Number.POSITIVE_INFINITY : Math.floor((draft?.tried ?? 0) / TRIES);
  return {
    step,
    before: acts.filter((act) => isBefore(act, call)),
    words,
    after: acts.filter((act) => !isBefore(act, call)),
  };
}

/** What a call is told less of was left out before it spoke; the tools that it asks for are called after. */
function isBefore(act: Act, call: number): boolean {
  return act.kind === "compaction" ? act.call <= call : act.call < call;
}

/** How the run stands that makes an answer, as somebody who waits for it is told. */
export function standing(run: Run): string {
  switch (run.status) {
    case "pending":
      return "Waiting for its turn";
    case "running":
      return "Answering";
    case "waiting":
      return run.steps.some((step) => step.waiting?.waits_for === "run")
        ? "Waiting for another agent"
        : "Waiting";
    case "paused":
      return "Paused";
    default:
      return "Over; the answer is being put on the record";
  }
}
