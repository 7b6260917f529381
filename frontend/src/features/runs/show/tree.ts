import type { Step, StepStatus } from "~/lib/api/types";

/** A step with the lists of steps inside it. */
export interface Branch {
  step: Step;
  lists: readonly List[];
}

/** One list of steps inside a step: an item of a map, the turn of a loop, a way of a branch, and so on. */
export interface List {
  scope: string;
  label: string;
  steps: readonly Branch[];
}

export type Counts = Partial<Record<StepStatus, number>>;

/** The outermost steps of a run, each with all that is inside it; the steps come as the API lists them. */
export function tree(steps: readonly Step[]): Branch[] {
  const inside = new Map<string, Map<string, Step[]>>();
  for (const step of steps) {
    const lists = inside.get(step.owner) ?? new Map<string, Step[]>();
    inside.set(step.owner, lists);
    const list = lists.get(step.scope);
    if (list) list.push(step);
    else lists.set(step.scope, [step]);
  }
  const grown = (step: Step): Branch => ({
    step,
    lists: [...(inside.get(step.id) ?? [])].map(([scope, within]) => ({
      scope,
      label: listLabel(step, scope),
      steps: within.map(grown),
    })),
  });
  return [...(inside.get("")?.values() ?? [])].flat().map(grown);
}

const OTHERS: Record<string, string> = {
  "fall-back": "Done instead, after it failed",
  compensate: "Done to undo it",
  otherwise: "Otherwise",
};

/** What a list inside a step is; empty where it goes without saying. */
export function listLabel(owner: Step, scope: string): string {
  const key = scope.slice(owner.id.length + 1);
  if (key === "") return owner.kind === "plan" ? "As planned" : "";
  const known = OTHERS[key];
  if (known) return known;
  if (owner.kind === "map") return `Item ${Number(key) + 1}`;
  if (owner.kind === "loop") return `Turn ${Number(key) + 1}`;
  return `Way “${key}”`;
}

const BY_WEIGHT: readonly StepStatus[] = [
  "failed",
  "suspended",
  "running",
  "open",
  "scheduled",
  "waiting",
  "cancelled",
  "completed",
  "skipped",
];

/** How a list stands as a whole: as the step in it that one should know of first. */
export function listStatus(list: List): StepStatus {
  const begun = list.steps.some(({ step }) => step.status === "completed");
  const found =
    BY_WEIGHT.find((status) => list.steps.some(({ step }) => step.status === status)) ?? "waiting";
  return found === "waiting" && begun ? "open" : found;
}

/** How many lists stand how. */
export function counted(lists: readonly List[]): Counts {
  const counts: Counts = {};
  for (const list of lists) {
    const status = listStatus(list);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** The ones that somebody looks for first: what failed, waits for something from outside, or is being worked on. */
export function isOfNote(list: List): boolean {
  return ["failed", "suspended", "running", "open"].includes(listStatus(list));
}
