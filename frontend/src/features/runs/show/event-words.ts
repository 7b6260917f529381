import type { IconName } from "~/components/icon";
import { ACTING } from "~/features/runs/show/acting-words";
import { stepName } from "~/features/runs/show/step-words";
import { because, type Data, type EventKind, WAITING } from "~/features/runs/show/waiting-words";
import type { LogEvent, Step } from "~/lib/api/types";
import { formatCost, formatCount } from "~/lib/format";

export interface EventWords {
  icon: IconName;
  color: string;
  words: string;
}

const KINDS: Record<string, EventKind> = {
  "run.started.v1": {
    icon: "activity",
    color: "text-info",
    tell: (_, data) => `The run started with ${planned(data.plan)}`,
  },
  "run.started.v2": {
    icon: "activity",
    color: "text-info",
    tell: (_, data) => `The run started with ${planned(data.nodes)}`,
  },
  "run.step_scheduled.v1": {
    icon: "clock",
    color: "text-fg-2",
    tell: (who, data) => `${who} was scheduled, attempt ${data.attempt}`,
  },
  "run.step_begun.v1": {
    icon: "circle-dot",
    color: "text-info",
    tell: (who, data) => `${who} began attempt ${data.attempt}`,
  },
  "run.call_begun.v1": {
    icon: "cpu",
    color: "text-thought",
    tell: (who, data) => `${who} asked ${data.model}`,
  },
  "run.call_recorded.v1": {
    icon: "cpu",
    color: "text-thought",
    tell: (who, data) =>
      `${who} got an answer${data.problem ? ` of no use (${data.problem})` : ""}: ${used(data)}`,
  },
  "run.call_served.v1": {
    icon: "cpu",
    color: "text-thought",
    tell: (who, data) => `${who} got an answer that ${data.model} had given before`,
  },
  "run.call_refused.v1": {
    icon: "cpu",
    color: "text-danger",
    tell: (who) => `The provider turned ${who}’s question away`,
  },
  "run.call_in_doubt.v1": {
    icon: "triangle-alert",
    color: "text-warn",
    tell: (who) => `${who}’s question is in doubt: it may have been answered and billed`,
  },
  "run.step_completed.v1": {
    icon: "circle-check",
    color: "text-ok",
    tell: (who, data) => `${who} completed attempt ${data.attempt}`,
  },
  "run.step_failed.v1": {
    icon: "circle-x",
    color: "text-danger",
    tell: (who, data) =>
      `${who} failed in attempt ${data.attempt}${data.final ? "" : ", to be tried again"}: ${data.detail}`,
  },
  "run.step_lost.v1": {
    icon: "triangle-alert",
    color: "text-warn",
    tell: (who, data) => `The worker of ${who}’s attempt ${data.attempt} was lost`,
  },
  "run.step_retried.v1": {
    icon: "rotate-cw",
    color: "text-fg-2",
    tell: (who) => `A person had ${who} try again`,
  },
  ...WAITING,
  ...ACTING,
  "run.completed.v1": { icon: "circle-check", color: "text-ok", tell: () => "The run completed" },
  "run.failed.v1": {
    icon: "circle-x",
    color: "text-danger",
    tell: (who, data) => `The run failed${who && ` at ${who}`}: ${data.detail}`,
  },
  "run.cancelled.v1": {
    icon: "ban",
    color: "text-fg-3",
    tell: (_, data) => `The run was cancelled${because(data.reason)}`,
  },
};

/** An event of a run in one sentence; one of a kind that this page does not know keeps its tag. */
export function eventWords(event: LogEvent, steps: readonly Step[]): EventWords {
  const data: Data = event.data;
  const kind = KINDS[event.type];
  if (kind === undefined) return { icon: "circle-dot", color: "text-fg-3", words: event.type };
  return {
    icon: kind.icon,
    color: kind.color,
    words: kind.tell(named(String(data.step ?? ""), steps), data),
  };
}

/** A step by its name; inside of others by its path too, for many have the same name. */
function named(id: string, steps: readonly Step[]): string {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) return id;
  return step.owner ? `${stepName(step)} (${id})` : stepName(step);
}

function planned(nodes: unknown): string {
  const count = Array.isArray(nodes) ? nodes.length : 0;
  return count === 1 ? "1 step" : `${count} steps`;
}

function used(data: Data): string {
  const tokens = (data.tokens ?? {}) as Data;
  const cost = typeof data.cost_micro_usd === "number" ? formatCost(data.cost_micro_usd) : "cost unknown";
  return `${formatCount(Number(tokens.input ?? 0))} tokens in, ${formatCount(Number(tokens.output ?? 0))} out, ${cost}`;
}
