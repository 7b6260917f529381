import type { ReactNode } from "react";
import { Field } from "~/components/field";

interface Props {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onValue: (value: string) => void;
  hint?: ReactNode;
  error?: string | undefined;
}

export function SelectField({ label, value, options, onValue, hint, error }: Props) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(field) => (
        <select
          {...field}
          className="control"
          value={value}
          onChange={(event) => onValue(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
