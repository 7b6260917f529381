import type { Cost, Model, Template } from "~/lib/api/types";
import { formatCost, formatCount } from "~/lib/format";

/** Money from and to. Bounds keep two figures, rounded away from each other, so that they stay bounds. */
export function costWords({ micro_usd_low: low, micro_usd_high: high }: Cost): string {
  if (low === null && high === null) return "unknown";
  if (high === null) return `at least ${formatCost(rounded(low ?? 0, Math.floor))}, at most unknown`;
  if (low === null) return `at most ${formatCost(rounded(high, Math.ceil))}, at least unknown`;
  if (low === high) return low === 0 ? "nothing" : formatCost(low);
  return `${formatCost(rounded(low, Math.floor))} to ${formatCost(rounded(high, Math.ceil))}`;
}

function rounded(microUsd: number, towards: (value: number) => number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, microUsd))) - 1);
  return towards(microUsd / step) * step;
}

export function rangeWords({ low, high }: Cost["calls"]): string {
  if (high === null) return `at least ${formatCount(low)}`;
  return low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
}

export function isLanguageModel(model: Model): boolean {
  return model.provider !== "offline";
}

/** Whether a template on this input cannot do without a language model. */
export function asksModel(template: Template, value: unknown): boolean {
  return template.needs_model && !(template.spared_by !== "" && has(value, template.spared_by));
}

function has(value: unknown, field: string): boolean {
  return typeof value === "object" && value !== null && Boolean((value as Record<string, unknown>)[field]);
}

/** The cost with the model that is chosen; where that one cannot do it, with another that is known. */
export function costFor(
  model: string | undefined,
  ...told: (readonly Cost[] | undefined)[]
): Cost | undefined {
  const costs = told.flatMap((some) => some ?? []);
  return costs.find((cost) => cost.model === model) ?? costs.at(-1);
}
