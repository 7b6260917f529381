import type { IconName } from "~/components/icon";
import { formatCost, formatCount, formatMoment } from "~/lib/format";

export type Data = Record<string, unknown>;

/** How an event of one kind is told: `who` is the step that it is about. */
export interface EventKind {
  icon: IconName;
  color: string;
  tell: (who: string, data: Data) => string;
}

/** The events of what is inside of steps, of waiting, and of what people do. */
export const WAITING: Record<string, EventKind> = {
  "run.step_opened.v1": { icon: "circle-dot", color: "text-info", tell: opened },
  "run.scope_begun.v1": {
    icon: "circle-dot",
    color: "text-fg-2",
    tell: (who, data) =>
      data.key ? `Inside ${who}, ${scope(String(data.key))} began` : `What is inside ${who} began`,
  },
  "run.step_suspended.v1": {
    icon: "hourglass",
    color: "text-warn",
    tell: (who, data) => `${who} waits for ${waits(data.waits)}${until(data.due_at)}`,
  },
  "run.step_skipped.v1": {
    icon: "skip-forward",
    color: "text-fg-3",
    tell: (who, data) => `${who} was skipped: ${skipped(data)}`,
  },
  "run.approval_escalated.v1": {
    icon: "triangle-alert",
    color: "text-warn",
    tell: (who) => `Nobody had decided about ${who} in time: others may decide too`,
  },
  "run.approval_decided.v1": {
    icon: "user",
    color: "text-info",
    tell: (who, data) =>
      `A person ${DECIDED[String(data.decision)] ?? "decided about"} ${who}${because(data.note)}`,
  },
  "run.input_given.v1": { icon: "user", color: "text-info", tell: (who) => `A person answered ${who}` },
  "run.signalled.v1": {
    icon: "radio",
    color: "text-info",
    tell: (_, data) => `The event “${data.name}” arrived`,
  },
  "run.child_ended.v1": {
    icon: "workflow",
    color: "text-fg-2",
    tell: (who, data) => `The run that ${who} had started was ${data.status}: ${spent(data)}`,
  },
  "run.child_abandoned.v1": {
    icon: "workflow",
    color: "text-fg-3",
    tell: (who) => `Nobody waits any more for the run that ${who} had started, so it is cancelled`,
  },
  "run.charge_held.v1": {
    icon: "cpu",
    color: "text-fg-3",
    tell: () => "A call beside its own counts for the run, at its worst until its end is known",
  },
  "run.charge_settled.v1": {
    icon: "cpu",
    color: "text-fg-3",
    tell: (_, data) => `A call that counts for the run came to ${spent(data)}`,
  },
  "run.paused.v1": {
    icon: "pause",
    color: "text-warn",
    tell: (_, data) => `The run was paused${because(data.reason)}`,
  },
  "run.resumed.v1": { icon: "play", color: "text-info", tell: () => "The run was resumed" },
  "run.compensation_begun.v1": {
    icon: "triangle-alert",
    color: "text-warn",
    tell: (who, data) => `${who} failed, and what was done is being undone: ${data.detail}`,
  },
};

const DECIDED: Record<string, string> = {
  approve: "approved",
  edit: "edited and approved",
  reject: "rejected",
};
const SKIPPED: Record<string, string> = {
  condition: "its condition did not hold, or none of its ways",
  policy: "it had failed, and the workflow goes on without it",
  person: "a person had the run go on without it",
};

export function because(reason: unknown): string {
  return typeof reason === "string" && reason !== "" ? `: ${reason}` : "";
}

function skipped(data: Data): string {
  return SKIPPED[String(data.reason)] ?? String(data.reason);
}

function opened(who: string, data: Data): string {
  const opening = (data.opening ?? {}) as Data;
  switch (opening.opens) {
    case "arm":
      return `${who} took the way “${opening.arm}”`;
    case "spread":
      return `${who} found ${formatCount(Number(opening.count))} items`;
    case "turn":
      return `${who} began turn ${Number(opening.number) + 1}`;
    case "planned":
      return `${who} planned ${Array.isArray(opening.nodes) ? opening.nodes.length : 0} steps`;
    default:
      return `All that is inside ${who} began`;
  }
}

/** Where a list is known by a number, people count from one. */
function scope(key: string): string {
  return /^\d+$/.test(key) ? `number ${Number(key) + 1}` : `“${key}”`;
}

function waits(value: unknown): string {
  const waiting = (value ?? {}) as Data;
  switch (waiting.for) {
    case "approval":
      return "an approval";
    case "input":
    case "answer":
      return "an answer";
    case "event":
      return `the event “${waiting.name}”`;
    case "run":
      return "a run that it started";
    default:
      return "a moment";
  }
}

function until(due: unknown): string {
  return typeof due === "string" ? `, until ${formatMoment(due)}` : "";
}

function spent(data: Data): string {
  const cost = typeof data.micro_usd === "number" ? formatCost(data.micro_usd) : "cost unknown";
  return `${formatCount(Number(data.tokens ?? 0))} tokens, ${cost}`;
}
