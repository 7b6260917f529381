import type { LogEvent, PayloadRef } from "~/lib/api/types";

/** One that `waits` is done by a person, or by another agent. */
export type ToolStatus = "begun" | "waits" | "ended" | "failed" | "in_doubt";

/** One call of a tool: `index` counts what one answer of the model, its number `call`, asked for. */
export interface ToolUse {
  kind: "tool";
  call: number;
  index: number;
  tool: string;
  status: ToolStatus;
  effect: string;
  arguments: PayloadRef;
  output: PayloadRef | null;
  problem: string;
  untrusted: boolean;
  durationMs: number | null;
}

/** From call number `call` on the model is told less, by so many tokens; `number` counts those of the step. */
export interface Compaction {
  kind: "compaction";
  number: number;
  call: number;
  method: string;
  replaced: number;
  tokensBefore: number;
  tokensAfter: number;
}

export type Act = ToolUse | Compaction;

interface Place {
  call: number;
  index: number;
}

interface Begun extends Place {
  tool: string;
  effect: string;
  arguments: PayloadRef;
}

interface Ended extends Place {
  output: PayloadRef | null;
  problem?: string;
  untrusted?: boolean;
  duration_ms?: number | null;
}

interface Suspended {
  waits?: { call?: number | null; index?: number };
}

interface Compacted {
  step: string;
  call: number;
  method: string;
  replaced: unknown[];
  tokens_before: number;
  tokens_after: number;
}

/** What the agents of a run have done besides speaking, by the step, in the order in which they began it. */
export function actsByStep(events: readonly LogEvent[]): ReadonlyMap<string, readonly Act[]> {
  const found = new Map<string, Act[]>();
  for (const event of events) {
    const change = CHANGES[event.type];
    if (change === undefined) continue;
    const { step } = event.data as { step: string };
    const acts = change(found.get(step) ?? [], event.data as never);
    if (acts.length > 0) found.set(step, acts);
  }
  return found;
}

const CHANGES: Record<string, (acts: Act[], data: never) => Act[]> = {
  "run.tool_begun.v1": begun,
  "run.tool_ended.v1": ended,
  "run.step_suspended.v1": (acts, { waits }: Suspended) =>
    waits?.call == null ? acts : changed(acts, { call: waits.call, index: waits.index ?? 0 }, waiting),
  "run.tool_in_doubt.v1": (acts, place: Place) => changed(acts, place, doubted),
  "run.context_compacted.v1": (acts, data: Compacted) => [
    ...acts,
    compaction(data, acts.filter(({ kind }) => kind === "compaction").length),
  ],
};

/** What is called again after it was in doubt is the same call. */
function begun(acts: Act[], data: Begun): Act[] {
  const { call, index, tool, effect } = data;
  const open = { status: "begun", output: null, problem: "", untrusted: false, durationMs: null } as const;
  const use: ToolUse = { kind: "tool", call, index, tool, effect, arguments: data.arguments, ...open };
  return acts.some((act) => isAt(act, data)) ? changed(acts, data, () => use) : [...acts, use];
}

function ended(acts: Act[], data: Ended): Act[] {
  const problem = data.problem ?? "";
  return changed(acts, data, (use) => ({
    ...use,
    status: problem === "" ? "ended" : "failed",
    output: data.output,
    problem,
    untrusted: data.untrusted ?? false,
    durationMs: data.duration_ms ?? null,
  }));
}

function waiting(use: ToolUse): ToolUse {
  return { ...use, status: "waits" };
}

function doubted(use: ToolUse): ToolUse {
  return { ...use, status: "in_doubt" };
}

function compaction(data: Compacted, number: number): Compaction {
  return {
    kind: "compaction",
    number,
    call: data.call,
    method: data.method,
    replaced: data.replaced.length,
    tokensBefore: data.tokens_before,
    tokensAfter: data.tokens_after,
  };
}

function changed(acts: Act[], place: Place, change: (use: ToolUse) => ToolUse): Act[] {
  return acts.map((act) => (isAt(act, place) ? change(act) : act));
}

function isAt(act: Act, { call, index }: Place): act is ToolUse {
  return act.kind === "tool" && act.call === call && act.index === index;
}
