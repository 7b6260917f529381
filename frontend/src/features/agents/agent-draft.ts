import type { Agent, AgentLimits, CreateAgent, ReviseAgent } from "~/lib/api/types";
import { microUsd } from "~/lib/micro-usd";

export type Task = CreateAgent["task"];
export type Memory = Agent["memory"];

/** An agent as it stands in the fields of the form; what may be left open is empty then. */
export interface AgentDraft {
  name: string;
  role: string;
  instructions: string;
  task: Task;
  model: string;
  tools: readonly string[];
  colleagues: readonly string[];
  memory: Memory;
  prompt: string;
  contextTokens: string;
  summaryModel: string;
  limits: Record<LimitName, string>;
}

export type AgentFaults = Partial<Record<string, string>>;

export const LIMITS = ["turns", "tool_calls", "fan_out", "depth", "tokens", "seconds", "dollars"] as const;
export type LimitName = (typeof LIMITS)[number];

/** Those that always bound an agent; the others do where they are given. */
const ALWAYS: readonly LimitName[] = ["turns", "tool_calls", "fan_out", "depth"];

const USUAL: Record<LimitName, string> = {
  turns: "20",
  tool_calls: "100",
  fan_out: "8",
  depth: "3",
  tokens: "",
  seconds: "",
  dollars: "",
};

export const EMPTY_AGENT: AgentDraft = {
  name: "",
  role: "",
  instructions: "",
  task: "answer",
  model: "default",
  tools: [],
  colleagues: [],
  memory: "off",
  prompt: "",
  contextTokens: "",
  summaryModel: "",
  limits: USUAL,
};

/** The draft with which somebody begins who changes an agent. */
export function draftOf(agent: Agent): AgentDraft {
  const { turns, tool_calls, fan_out, depth, tokens, seconds, micro_usd } = agent.limits;
  const bounds = { turns, tool_calls, fan_out, depth, tokens, seconds };
  const limits = Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, written(value)]));
  return {
    ...agent,
    contextTokens: written(agent.context_tokens),
    summaryModel: agent.summary_model,
    limits: { ...USUAL, ...limits, dollars: micro_usd === null ? "" : `${micro_usd / 1_000_000}` },
  };
}

/** What stands against saving it, as far as this page can tell; the API tells the rest. */
export function faultsOf(draft: AgentDraft): AgentFaults {
  const faults: AgentFaults = {};
  if (draft.name.trim() === "") faults.name = "Give the agent a name.";
  if (draft.role.trim() === "") faults.role = "Say what its role is.";
  if (draft.instructions.trim() === "") faults.instructions = "Say how it is to work.";
  for (const name of LIMITS) {
    const value = draft.limits[name].trim();
    if (value === "" && ALWAYS.includes(name)) faults[name] = "Give a number.";
    if (value !== "" && numberOf(name, value) === undefined) faults[name] = "This is not a number.";
  }
  if (draft.contextTokens.trim() !== "" && whole(draft.contextTokens) === undefined)
    faults.context_tokens = "This is not a number.";
  return faults;
}

export function toNewAgent(draft: AgentDraft): CreateAgent {
  return { name: draft.name.trim(), ...bodyOf(draft) };
}

/** The same for an agent that there is, which keeps what the form does not show. */
export function toRevision(draft: AgentDraft, agent: Agent): ReviseAgent {
  const { cache_seconds, cache_similarity, hedge_after_ms } = agent;
  return { ...bodyOf(draft), cache_seconds, cache_similarity, hedge_after_ms };
}

function bodyOf(draft: AgentDraft): ReviseAgent {
  return {
    role: draft.role.trim(),
    instructions: draft.instructions,
    task: draft.task,
    model: draft.model,
    tools: [...draft.tools],
    colleagues: [...draft.colleagues],
    memory: draft.memory,
    prompt: draft.prompt.trim(),
    context_tokens: whole(draft.contextTokens) ?? null,
    summary_model: draft.summaryModel,
    limits: limitsOf(draft.limits),
  };
}

function limitsOf(limits: AgentDraft["limits"]): AgentLimits {
  const { dollars, ...others } = limits;
  const given = Object.entries(others).map(([name, value]) => [
    name,
    numberOf(name as LimitName, value) ?? null,
  ]);
  const bounds: AgentLimits = Object.fromEntries(given);
  return { ...bounds, micro_usd: numberOf("dollars", dollars) ?? null };
}

function numberOf(name: LimitName, value: string): number | undefined {
  if (name === "dollars") return /^\$?0+(\.0*)?$/.test(value.trim()) ? 0 : microUsd(value);
  if (name === "seconds") return /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
  return whole(value);
}

function whole(value: string): number | undefined {
  return /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}

function written(value: number | null): string {
  return value === null ? "" : `${value}`;
}
