import type { Cost, Template } from "~/lib/api/types";

/** A template that is given a text and needs no language model, unless told otherwise. */
export function someTemplate(told: Partial<Template> = {}): Template {
  return {
    name: "research-brief",
    title: "Brief",
    description: "",
    steps: [],
    sample: { title: "Tides", text: "The tide rises.", media_type: "text/plain; charset=utf-8" },
    needs_model: false,
    spared_by: "",
    offline: "",
    costs: [],
    ...told,
  };
}

/** What a template costs with a model, in micro-dollars from and to. */
export function someCost(low: number | null, high: number | null, model = "openai/gpt"): Cost {
  const some = { low: 1, high: 2 };
  return {
    model,
    calls: some,
    input_tokens: some,
    output_tokens: some,
    micro_usd_low: low,
    micro_usd_high: high,
    why_unknown: "",
  };
}
