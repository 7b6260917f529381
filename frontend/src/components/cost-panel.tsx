import { Icon } from "~/components/icon";
import type { Cost } from "~/lib/api/types";
import { costWords, rangeWords } from "~/lib/cost-words";
import { sentence } from "~/lib/sentence";

interface Props {
  cost: Cost;
  assumptions: readonly string[];
  /** What would be run, as in "A run on the sample". */
  title: string;
}

/** What a run costs, from and to, and what that assumes. */
export function CostPanel({ cost, assumptions, title }: Props) {
  const figures = [
    ["Cost", costWords(cost)],
    ["Calls", rangeWords(cost.calls)],
    ["Tokens in", rangeWords(cost.input_tokens)],
    ["Tokens out", rangeWords(cost.output_tokens)],
  ];
  return (
    <section aria-label={`Cost: ${title}`} className="border-t-[1.5px] border-line pt-4 text-sm">
      <h3 className="font-medium">{title}</h3>
      <p className="break-words text-fg-3">with {cost.model}</p>
      <dl className="mt-2 grid gap-2">
        {figures.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-3">
            <dt className="text-fg-3">{name}</dt>
            <dd className="min-w-0 text-right tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {cost.why_unknown && <p className="mt-2 break-words text-fg-3">{sentence(cost.why_unknown)}</p>}
      <details className="group mt-2">
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          What this assumes
        </summary>
        <ul className="mt-1 grid list-disc gap-1 pl-5 text-fg-3">
          {assumptions.map((assumption) => (
            <li key={assumption}>{sentence(assumption)}</li>
          ))}
        </ul>
      </details>
    </section>
  );
}
