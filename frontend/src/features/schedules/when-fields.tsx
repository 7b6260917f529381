import { Button } from "~/components/button";
import { Field } from "~/components/field";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { type ScheduleDraft, type ScheduleFaults, USUAL } from "~/features/schedules/schedule-draft";

interface Props {
  draft: ScheduleDraft;
  faults: ScheduleFaults;
  change: (next: Partial<ScheduleDraft>) => void;
}

const WHEN = [
  { value: "again", label: "Again and again" },
  { value: "once", label: "Once" },
] as const;

const OVERLAP = [
  { value: "skip", label: "pass the moment over" },
  { value: "allow", label: "start another run beside it" },
] as const;

/** When it is due, and what happens while its last run is not over. */
export function WhenFields({ draft, faults, change }: Props) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <SelectField
        label="When"
        value={draft.repeats ? "again" : "once"}
        options={WHEN}
        onValue={(value) => change({ repeats: value === "again" })}
      />
      {draft.repeats ? (
        <SelectField
          label="While its last run is not over"
          value={draft.overlap}
          options={OVERLAP}
          onValue={(value) => change({ overlap: value === "allow" ? "allow" : "skip" })}
        />
      ) : (
        <TextField
          label="At"
          type="datetime-local"
          value={draft.at}
          onValue={(at) => change({ at })}
          error={faults.at}
          hint="As clocks are where you are now."
        />
      )}
      {draft.repeats && (
        <>
          <Cron draft={draft} faults={faults} change={change} />
          <Zone draft={draft} faults={faults} change={change} />
        </>
      )}
    </div>
  );
}

function Cron({ draft, faults, change }: Props) {
  return (
    <div>
      <Field
        label="Due"
        error={faults.cron}
        hint="Minute, hour, day of the month, month, day of the week; names, lists and steps as cron has them."
      >
        {(field) => (
          <input
            {...field}
            className="control font-mono text-sm"
            autoComplete="off"
            spellCheck={false}
            maxLength={120}
            value={draft.cron}
            onChange={(event) => change({ cron: event.target.value })}
          />
        )}
      </Field>
      <div className="mt-2 flex flex-wrap gap-2">
        {USUAL.map(({ cron, words }) => (
          <Button key={cron} small aria-pressed={draft.cron === cron} onClick={() => change({ cron })}>
            {words}
          </Button>
        ))}
      </div>
    </div>
  );
}

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

function Zone({ draft, faults, change }: Props) {
  return (
    <Field label="Zone" error={faults.zone} hint="Whose clocks count, also where they change in summer.">
      {(field) => (
        <>
          <input
            {...field}
            className="control"
            list={`${field.id}-zones`}
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            value={draft.zone}
            onChange={(event) => change({ zone: event.target.value })}
          />
          <datalist id={`${field.id}-zones`}>
            {ZONES.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
