import type { LogEvent, Run } from "~/lib/api/types";
import type { Delta } from "~/lib/live/feed";

/**
 * What an attempt has said so far; `length` counts characters as the API does, not UTF-16 units. `tried` counts the
 * answers of the attempt that broke off and are void.
 */
export interface Draft {
  attempt: number;
  tried: number;
  text: string;
  length: number;
}

export interface RunState {
  run: Run;
  events: readonly LogEvent[];
  drafts: Readonly<Record<string, Draft>>;
}

/** What folding one message gives: the next state, or the news that something before it is missing. */
export type Folded = RunState | "gap";

/** A run as it was read, with the part of its log that is known. */
export function initialState(run: Run, events: readonly LogEvent[]): RunState {
  return { run, events, drafts: {} };
}

/** Adds an event to the log. One that is known already changes nothing; one that leaves a hole is refused. */
export function applyEvent(state: RunState, event: LogEvent): Folded {
  const known = state.events.at(-1)?.version ?? 0;
  if (event.version <= known) return state;
  if (event.version !== known + 1) return "gap";
  return { ...state, events: [...state.events, event] };
}

/** Folds a piece of streamed text in. A later answer supersedes an earlier one; what was heard twice is said once. */
export function applyDelta(state: RunState, delta: Delta): Folded {
  const draft = state.drafts[delta.step];
  const tried = delta.tried ?? 0;
  const later = draft === undefined ? 1 : delta.attempt - draft.attempt || tried - draft.tried;
  if (later < 0) return state;
  const heard = draft && later === 0 ? draft : { attempt: delta.attempt, tried, text: "", length: 0 };
  if (delta.offset > heard.length) return "gap";
  const characters = Array.from(delta.text);
  const fresh = characters.slice(heard.length - delta.offset);
  if (fresh.length === 0 && heard === draft) return state;
  const next = {
    attempt: delta.attempt,
    tried,
    text: heard.text + fresh.join(""),
    length: heard.length + fresh.length,
  };
  return { ...state, drafts: { ...state.drafts, [delta.step]: next } };
}

/** Takes a piece although what stood before it is gone for good, and shows that something is left out. */
export function applyDespiteGap(state: RunState, delta: Delta): RunState {
  const next = {
    attempt: delta.attempt,
    tried: delta.tried ?? 0,
    text: `… ${delta.text}`,
    length: delta.offset + Array.from(delta.text).length,
  };
  return { ...state, drafts: { ...state.drafts, [delta.step]: next } };
}

/** Puts a newer reading of the run in place of the one before; a slower one that is older changes nothing. */
export function reconcile(state: RunState, run: Run): RunState {
  return run.position >= state.run.position ? { ...state, run } : state;
}
