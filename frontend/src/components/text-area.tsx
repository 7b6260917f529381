import type { ReactNode } from "react";
import { Field } from "~/components/field";

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  rows: number;
  mono?: boolean;
  maxLength?: number;
  hint?: ReactNode;
  error?: string | undefined;
}

/** A labelled field for some lines of text. */
export function TextArea({ label, value, onValue, rows, mono = false, maxLength, hint, error }: Props) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(field) => (
        <textarea
          {...field}
          rows={rows}
          value={value}
          maxLength={maxLength}
          spellCheck={!mono}
          onChange={(event) => onValue(event.target.value)}
          className={`control resize-y leading-relaxed ${mono ? "font-mono text-sm" : ""}`}
        />
      )}
    </Field>
  );
}
