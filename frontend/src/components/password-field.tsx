import { type ReactNode, useState } from "react";
import { Field } from "~/components/field";
import { Icon } from "~/components/icon";

interface Props {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  label?: string;
  hint?: ReactNode;
  autoComplete?: "current-password" | "new-password";
}

/** A password, hidden until one asks to see it. Pasting and password managers are welcome. */
export function PasswordField({
  value,
  onChange,
  error,
  label = "Password",
  hint,
  autoComplete = "current-password",
}: Props) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} error={error} hint={hint}>
      {(field) => (
        <div className="relative">
          <input
            {...field}
            className="control pr-12"
            type={shown ? "text" : "password"}
            name={autoComplete}
            autoComplete={autoComplete}
            autoCapitalize="none"
            spellCheck={false}
            required
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <button
            type="button"
            className="absolute inset-y-0 right-0 grid w-11 place-items-center rounded-control text-fg-3 hover:text-fg"
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            <span className="sr-only">Show the {label.toLowerCase()}</span>
            <Icon name={shown ? "eye-off" : "eye"} className="size-5" />
          </button>
        </div>
      )}
    </Field>
  );
}
