import { SelectField } from "~/components/select-field";
import type { Model } from "~/lib/api/types";

interface Props {
  models: readonly Model[];
  value: string;
  onValue: (value: string) => void;
  label: string;
  hint?: string;
  error?: string | undefined;
}

/** One of the models that can be asked now, or the one that is the default here: an empty value. */
export function ModelSelect({ models, value, onValue, label, hint, error }: Props) {
  const ready = models.filter((model) => model.available);
  const usual = ready.find((model) => model.is_default)?.id;
  const options = [
    { value: "", label: usual ? `The default (${usual})` : "The default" },
    ...ready.map(({ id }) => ({ value: id, label: id })),
  ];
  return (
    <SelectField label={label} value={value} options={options} onValue={onValue} hint={hint} error={error} />
  );
}
