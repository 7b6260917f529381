import type { LogEvent } from "~/lib/api/types";

/** Calls from this number on make summaries: 1003 makes the one that call 3 is told. */
const SUMMARIES = 1000;

/** One call of a model, by its number in its step; the model is the one that was asked last. */
export interface ModelCall {
  call: number;
  model: string;
  /** Whether it is answered, so that what its provider has counted is known. */
  answered: boolean;
}

interface Asked {
  step: string;
  call: number;
  model: string;
}

/** The calls of models that the steps of a run have made, in the order in which they began. */
export function modelCallsByStep(events: readonly LogEvent[]): ReadonlyMap<string, readonly ModelCall[]> {
  const found = new Map<string, ModelCall[]>();
  for (const event of events) {
    const answered = event.type === "run.call_recorded.v1";
    if (!answered && event.type !== "run.call_begun.v1") continue;
    const { step, call, model } = event.data as unknown as Asked;
    const calls = found.get(step) ?? [];
    found.set(step, calls);
    const known = calls.findIndex((each) => each.call === call);
    if (known === -1) calls.push({ call, model, answered });
    else calls[known] = { call, model, answered };
  }
  return found;
}

/** Which call it is, in words. */
export function callWords({ call }: ModelCall): string {
  return call < SUMMARIES ? `Call ${call + 1}` : `The summary that call ${call - SUMMARIES + 1} is told`;
}
