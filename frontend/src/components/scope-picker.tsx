import { FieldError } from "~/components/field";
import { SCOPE_WORDS, SCOPES, type Scope } from "~/lib/scopes";

interface Props {
  legend: string;
  /** What may be chosen; one can give no more than one has. */
  offered: readonly Scope[];
  chosen: readonly Scope[];
  onChange: (chosen: Scope[]) => void;
  error?: string | undefined;
}

/** Which rights something is to have. */
export function ScopePicker({ legend, offered, chosen, onChange, error }: Props) {
  const toggle = (scope: Scope, on: boolean) =>
    onChange(SCOPES.filter((each) => (each === scope ? on : chosen.includes(each))));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="grid gap-x-6 sm:grid-cols-2">
        {SCOPES.filter((scope) => offered.includes(scope)).map((scope) => (
          <label key={scope} className="flex min-h-11 cursor-pointer items-center gap-3 py-1">
            <input
              type="checkbox"
              className="size-5 shrink-0 accent-info"
              value={scope}
              checked={chosen.includes(scope)}
              onChange={(event) => toggle(scope, event.target.checked)}
            />
            <span className="min-w-0 leading-tight">
              {SCOPE_WORDS[scope]} <span className="font-mono text-xs text-fg-3">{scope}</span>
            </span>
          </label>
        ))}
      </div>
      {error && <FieldError id="scopes-error" message={error} />}
    </fieldset>
  );
}
