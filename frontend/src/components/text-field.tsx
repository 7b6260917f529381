import type { ComponentProps, ReactNode } from "react";
import { Field } from "~/components/field";

interface Props extends Omit<ComponentProps<"input">, "onChange" | "value"> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: ReactNode;
  error?: string | undefined;
}

/** A labelled line of text. */
export function TextField({ label, value, onValue, hint, error, ...rest }: Props) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(field) => (
        <input
          {...rest}
          {...field}
          className="control"
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}

/** What the field of a name that one signs in under needs: no keyboard may mend it. */
export const LOGIN_NAME = {
  name: "username",
  autoComplete: "username",
  autoCapitalize: "none",
  spellCheck: false,
  required: true,
  maxLength: 200,
} as const;
