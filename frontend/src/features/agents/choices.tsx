import type { ReactNode } from "react";
import { FieldError } from "~/components/field";
import { ScrollRegion } from "~/components/scroll-region";

export interface Choice {
  name: string;
  about: ReactNode;
}

interface Props {
  legend: string;
  lead: ReactNode;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  error: string | undefined;
}

/** Several things out of many, each with what it is. What is chosen and not known here any more can be left out. */
export function Choices({ legend, lead, choices, chosen, onChange, error }: Props) {
  const gone = chosen.filter((name) => choices.every((choice) => choice.name !== name));
  const all = [...choices, ...gone.map((name) => ({ name, about: "It is not there any more." }))];
  const toggle = (name: string, on: boolean) =>
    onChange(on ? [...chosen, name] : chosen.filter((each) => each !== name));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      <p className="mb-2 text-sm text-fg-3">{lead}</p>
      {all.length === 0 ? (
        <p className="text-sm">There are none.</p>
      ) : (
        <ScrollRegion
          label={legend}
          className="max-h-80 overflow-y-auto rounded-control border-[1.5px] border-line bg-bg px-3"
        >
          {all.map(({ name, about }) => (
            <label key={name} className="flex min-h-11 cursor-pointer items-start gap-3 py-2">
              <input
                type="checkbox"
                className="mt-0.5 size-5 shrink-0 accent-info"
                value={name}
                checked={chosen.includes(name)}
                onChange={(event) => toggle(name, event.target.checked)}
              />
              <span className="min-w-0">
                <span className="block font-medium break-words">{name}</span>
                <span className="block text-sm break-words text-fg-3">{about}</span>
              </span>
            </label>
          ))}
        </ScrollRegion>
      )}
      {error && <FieldError id={`${legend}-error`} message={error} />}
    </fieldset>
  );
}
