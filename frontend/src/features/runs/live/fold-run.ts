import type { LogEvent, PayloadRef, Run, Step, StepError } from "~/lib/api/types";

type Data = Record<string, unknown>;

/** The run after one more event of its log; the same rules as the read model that the API answers from. */
export function foldRun(run: Run, event: LogEvent): Run {
  return summed({ ...folded(run, event), position: event.position });
}

function folded(run: Run, event: LogEvent): Run {
  const data: Data = event.data;
  switch (event.type) {
    case "run.completed.v1":
      return { ...run, status: "completed", output: output(data), ended_at: event.at };
    case "run.failed.v1":
      return { ...run, status: "failed", error: reason(data), ended_at: event.at };
    case "run.cancelled.v1":
      return {
        ...run,
        status: "cancelled",
        ended_at: event.at,
        steps: run.steps.map((step) => cancelled(step, event.at)),
      };
    case "run.step_retried.v1":
      return { ...run, status: "running", error: null, ended_at: null, steps: withStep(run, event) };
    default:
      return { ...run, steps: withStep(run, event) };
  }
}

function withStep(run: Run, event: LogEvent): Step[] {
  return run.steps.map((step) => (step.id === event.data.step ? foldStep(step, event) : step));
}

function foldStep(step: Step, event: LogEvent): Step {
  const data: Data = event.data;
  switch (event.type) {
    case "run.step_scheduled.v1":
      return {
        ...step,
        status: "scheduled",
        attempt: number(data.attempt),
        started_at: null,
        ended_at: null,
      };
    case "run.step_begun.v1":
      return { ...step, status: "running", started_at: event.at };
    case "run.call_recorded.v1":
      return called(step, data);
    case "run.call_in_doubt.v1":
      return { ...step, calls_in_doubt: step.calls_in_doubt + 1 };
    case "run.step_completed.v1":
      return { ...step, status: "completed", output: output(data), error: null, ended_at: event.at };
    case "run.step_failed.v1":
      return {
        ...step,
        status: data.final === true ? "failed" : "waiting",
        error: reason(data),
        ended_at: event.at,
      };
    case "run.step_lost.v1":
    case "run.step_retried.v1":
      return { ...step, status: "waiting", ended_at: event.at };
    default:
      return step;
  }
}

function called(step: Step, data: Data): Step {
  const tokens = (data.tokens ?? {}) as Data;
  const cost = data.cost_micro_usd;
  return {
    ...step,
    model: typeof data.model === "string" ? data.model : step.model,
    input_tokens: step.input_tokens + number(tokens.input),
    output_tokens: step.output_tokens + number(tokens.output),
    cost_micro_usd:
      typeof cost === "number" && step.cost_micro_usd !== null ? step.cost_micro_usd + cost : null,
  };
}

function cancelled(step: Step, at: string): Step {
  if (step.status === "completed" || step.status === "failed") return step;
  return { ...step, status: "cancelled", ended_at: step.started_at ? at : null };
}

function summed(run: Run): Run {
  const costs = run.steps.map((step) => step.cost_micro_usd);
  return {
    ...run,
    steps_done: run.steps.filter((step) => step.status === "completed").length,
    input_tokens: run.steps.reduce((sum, step) => sum + step.input_tokens, 0),
    output_tokens: run.steps.reduce((sum, step) => sum + step.output_tokens, 0),
    cost_micro_usd: costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0),
  };
}

function output(data: Data): PayloadRef {
  return data.output as PayloadRef;
}

function reason(data: Data): StepError {
  return { code: String(data.code), detail: String(data.detail) };
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
