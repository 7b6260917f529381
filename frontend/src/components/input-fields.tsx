import { SelectField } from "~/components/select-field";
import { TextArea } from "~/components/text-area";
import { TextField } from "~/components/text-field";
import type { Given, GivenFaults } from "~/lib/given";
import { MAX_TITLE } from "~/lib/text-document";

const FORMS = [
  { value: "text", label: "A text" },
  { value: "json", label: "Data, as JSON" },
] as const;

interface Props {
  given: Given;
  faults: GivenFaults;
  onGiven: (given: Given) => void;
  rows?: number;
}

/** What a run is given to work on: its title, what it is, and the thing itself. */
export function InputFields({ given, faults, onGiven, rows = 8 }: Props) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Title of the input"
          value={given.title}
          maxLength={MAX_TITLE}
          autoComplete="off"
          onValue={(title) => onGiven({ ...given, title })}
          error={faults.title}
        />
        <SelectField
          label="What it is"
          value={given.form}
          options={FORMS}
          onValue={(form) => onGiven({ ...given, form: form === "json" ? "json" : "text" })}
        />
      </div>
      <TextArea
        label={given.form === "json" ? "Input, as JSON" : "Input"}
        value={given.text}
        onValue={(text) => onGiven({ ...given, text })}
        rows={rows}
        mono={given.form === "json"}
        error={faults.text}
      />
    </>
  );
}
