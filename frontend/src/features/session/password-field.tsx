import { useState } from "react";
import { Field } from "~/components/field";
import { Icon } from "~/components/icon";

interface Props {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

export function PasswordField({ value, onChange, error }: Props) {
  const [shown, setShown] = useState(false);
  return (
    <Field label="Password" error={error}>
      {(field) => (
        <div className="relative">
          <input
            {...field}
            className="control pr-12"
            type={shown ? "text" : "password"}
            name="password"
            autoComplete="current-password"
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
            <span className="sr-only">Show the password</span>
            <Icon name={shown ? "eye-off" : "eye"} className="size-5" />
          </button>
        </div>
      )}
    </Field>
  );
}
