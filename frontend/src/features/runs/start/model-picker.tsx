import { type ReactNode, useState } from "react";
import { Button } from "~/components/button";
import { Icon } from "~/components/icon";
import { TextField } from "~/components/text-field";
import { Choice } from "~/features/runs/start/choice";
import type { Change } from "~/features/runs/start/draft";
import { Section } from "~/features/runs/start/section";
import type { Model } from "~/lib/api/types";
import { formatPrice } from "~/lib/format";
import { sentence } from "~/lib/sentence";

interface Props {
  models: readonly Model[];
  model: string | undefined;
  fault: string | undefined;
  advice: ReactNode;
  change: (change: Change) => void;
}

/** Which model the agents use. One that cannot be asked now says why and how to mend it. */
export function ModelPicker({ models, model, fault, advice, change }: Props) {
  const ready = models.filter((one) => one.available);
  const away = models.filter((one) => !one.available);
  return (
    <Section legend="Model" lead="Used by every agent that has no model of its own." fault={fault}>
      {advice}
      <Ready models={ready} model={model} change={change} />
      {away.length > 0 && (
        <details className="group mt-4">
          <summary className="flex items-center gap-1.5 rounded-sm py-1 text-sm text-fg-2 hover:text-fg">
            <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
            {away.length} more that {away.length === 1 ? "is" : "are"} not available now
          </summary>
          <div className="mt-3 grid gap-3">
            {away.map((one) => (
              <ModelChoice key={one.id} model={one} checked={false} change={change} />
            ))}
          </div>
        </details>
      )}
    </Section>
  );
}

const FEW = 5;

/** Those that can be asked: of many the first ones and the chosen one, until somebody wants to see all. */
function Ready({ models, model, change }: Pick<Props, "models" | "model" | "change">) {
  const [all, setAll] = useState(false);
  const [words, setWords] = useState("");
  const many = models.length > FEW + 1;
  const found = models.filter(({ id }) => id.toLowerCase().includes(words.trim().toLowerCase()));
  const shown = many && !all ? models.filter((one, at) => at < FEW || one.id === model) : found;
  return (
    <div className="grid gap-3">
      {many && all && (
        <TextField label="Find a model" type="search" autoComplete="off" value={words} onValue={setWords} />
      )}
      {shown.map((one) => (
        <ModelChoice key={one.id} model={one} checked={one.id === model} change={change} />
      ))}
      {shown.length === 0 && <p className="text-sm text-fg-3">No model is called that.</p>}
      {many && (
        <div>
          <Button
            small
            aria-expanded={all}
            onClick={() => {
              setAll(!all);
              setWords("");
            }}
          >
            {all ? "Show fewer" : `Show all ${models.length} models`}
          </Button>
        </div>
      )}
    </div>
  );
}

function ModelChoice({
  model,
  checked,
  change,
}: {
  model: Model;
  checked: boolean;
  change: (change: Change) => void;
}) {
  return (
    <Choice
      name="model"
      value={model.id}
      checked={checked}
      disabled={!model.available}
      onChoose={() => change({ type: "model", model: model.id })}
      title={
        <>
          {model.id}
          {model.is_default && <span className="ml-2 text-sm font-normal text-fg-2">default</span>}
        </>
      }
    >
      <p className="mt-0.5 text-sm text-fg-3">{sentence(model.description)}</p>
      <p className="mt-1 text-sm text-fg-3">
        A million tokens: {formatPrice(model.prices.input ?? null)} in,{" "}
        {formatPrice(model.prices.output ?? null)} out
        {model.as_of && ` (as of ${model.as_of})`}
      </p>
      {model.why_not && <p className="mt-1 text-sm text-warn">{sentence(model.why_not)}</p>}
    </Choice>
  );
}
