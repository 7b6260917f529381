import type { LogEvent, Run, Step } from "~/lib/api/types";

const START = Date.parse("2026-11-22T10:00:00.000Z");

export const text = (sha256: string) => ({ sha256, size: 10, media_type: "text/markdown" });

export function someStep(id: string, needs: string[] = []): Step {
  return {
    id,
    node: id,
    kind: "agent",
    shown_as: "agent",
    title: "",
    scope: "",
    owner: "",
    agent_id: `agent-${id}`,
    agent_name: `The ${id}`,
    role: id,
    model: "offline/extractive",
    needs,
    max_attempts: 3,
    status: "waiting",
    attempt: 0,
    since: null,
    due_at: null,
    started_at: null,
    ended_at: null,
    input_tokens: 0,
    output_tokens: 0,
    cost_micro_usd: 0,
    child_tokens: 0,
    child_micro_usd: 0,
    calls_in_doubt: 0,
    error: null,
    output: null,
    skipped: null,
    waiting: null,
    verdict: null,
  };
}

/** A run of two steps side by side and a third that joins them, as it stands right after its start. */
export function someRun(): Run {
  return {
    id: "run-1",
    title: "Tides",
    workflow_id: "workflow-1",
    workflow_name: "Brief",
    workflow_version: 1,
    status: "running",
    priority: 0,
    created_at: new Date(START).toISOString(),
    ended_at: null,
    deadline_at: null,
    parent: null,
    rerun_of: null,
    steps_total: 3,
    steps_done: 0,
    input_tokens: 0,
    output_tokens: 0,
    cost_micro_usd: 0,
    position: 101,
    steps: [someStep("read"), someStep("terms"), someStep("write", ["read", "terms"])],
    budget: null,
    paused: null,
    input: text("input"),
    output: null,
    error: null,
    children: [],
  };
}

/** The log of that run: each event one second after the one before, with other streams' events in between. */
export function logOf(...facts: [type: string, data: Record<string, unknown>][]): LogEvent[] {
  return [["run.started.v1", { plan: [1, 2, 3] }] as const, ...facts].map(([type, data], at) => ({
    position: 101 + 2 * at,
    stream: "run-1",
    version: at + 1,
    type,
    at: new Date(START + 1000 * at).toISOString(),
    actor_id: "someone",
    correlation_id: "run-1",
    causation: null,
    data,
  }));
}
