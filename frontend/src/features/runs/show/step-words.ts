import type { LogEvent, Step } from "~/lib/api/types";

/** What a step is called: as the workflow titles it, else by who does it, else by its node. */
export function stepName(step: Step): string {
  // an agent that came with a workflow bears the name of both, and is often one of several steps
  const own = step.agent_name.includes(": ") ? "" : step.agent_name;
  return step.title || own || step.node;
}

const WAITS: Record<NonNullable<Step["waiting"]>["waits_for"], string> = {
  approval: "Waits for an approval",
  input: "Waits for an answer",
  time: "Waits for a moment",
  event: "Waits for an event",
  run: "Waits for a run",
  answer: "Waits for an answer",
};

/** What a suspended step waits for, as its status. */
export function statusOf(step: Step): string | undefined {
  return step.waiting ? WAITS[step.waiting.waits_for] : undefined;
}

const SKIPPED: Record<NonNullable<Step["skipped"]>, string> = {
  condition: "Its condition did not hold, or none of its ways.",
  policy: "It failed, and the workflow goes on without it.",
  person: "A person had the run go on without it.",
};

export function skippedWords(reason: NonNullable<Step["skipped"]>): string {
  return SKIPPED[reason];
}

const DECIDED = { approve: "Approved", edit: "Edited and approved", reject: "Rejected" } as const;

export function verdictWords(verdict: NonNullable<Step["verdict"]>): string {
  return verdict.decision ? DECIDED[verdict.decision] : "Answered";
}

/** The runs that steps have started, by the step, as the log says; of several tries the last. */
export function startedRuns(events: readonly LogEvent[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { type, data } of events) {
    if (type !== "run.step_suspended.v1") continue;
    const { step, waits } = data as { step: string; waits?: { for?: string; run_id?: string } };
    if (waits?.for === "run" && waits.run_id) found.set(step, waits.run_id);
  }
  return found;
}
