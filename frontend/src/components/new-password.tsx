import { Icon } from "~/components/icon";
import { PasswordField } from "~/components/password-field";
import { LONGEST, SHORTEST, type Strength, strengthOf } from "~/lib/password-rules";

const STEPS = [1, 2, 3, 4] as const;

interface Props {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  /** Names of whoever chooses: none of them is a password. */
  own: string[];
  label?: string;
}

/** A password that is being chosen: the rules before, and while it is typed how good it is. */
export function NewPassword({ value, onChange, error, own, label = "Password" }: Props) {
  return (
    <div>
      <PasswordField
        label={label}
        value={value}
        onChange={onChange}
        error={error}
        autoComplete="new-password"
        hint={`${SHORTEST} to ${LONGEST} characters of any kind, spaces too. Four or five words that come to your mind are
          good; your own name, or a password that many people use, is not.`}
      />
      <Meter strength={strengthOf(value, ...own)} />
    </div>
  );
}

function Meter({ strength }: { strength: Strength }) {
  const color = strength.fits ? "bg-ok" : "bg-warn";
  return (
    <div className="mt-2">
      <div aria-hidden="true" className="grid grid-cols-4 gap-1.5">
        {STEPS.map((step) => (
          <span
            key={step}
            className={`h-1.5 rounded-full ${step <= strength.level ? color : "bg-overlay"}`}
          />
        ))}
      </div>
      <p
        // while it is too short each letter would be spoken about
        aria-live={strength.fits ? "polite" : "off"}
        className={`mt-1.5 flex min-h-6 items-center gap-1.5 text-sm ${strength.fits ? "text-ok" : "text-fg-3"}`}
      >
        {strength.fits && <Icon name="check" className="size-4" />}
        {strength.hint}
      </p>
    </div>
  );
}
