import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { InputFields } from "~/components/input-fields";
import { Loaded } from "~/components/loaded";
import { SelectField } from "~/components/select-field";
import { laidOut } from "~/components/stored-text";
import { readInput } from "~/features/runs/api/read-input";
import { rerunRun } from "~/features/runs/api/rerun-run";
import { useRights } from "~/features/runs/show/rights";
import type { PayloadRef, Run } from "~/lib/api/types";
import { type Given, type GivenFaults, givenFaults, toRunInput } from "~/lib/given";
import { newKey } from "~/lib/new-key";

const CHOICES = [
  { value: "same", label: "The same input" },
  { value: "other", label: "Another input" },
] as const;

/** Starts the workflow again in the version that the run had, on the same input or on another one. */
export function RerunButton({ run, onRerun }: { run: Run; onRerun: (runId: string) => void }) {
  const { start } = useRights();
  const [other, setOther] = useState(false);
  const [given, setGiven] = useState<Given>();
  const [faults, setFaults] = useState<GivenFaults>({});
  const key = useRef(newKey());
  if (!start || !run.input) return null;
  const take = (next: Given) => {
    key.current = newKey();
    setFaults({});
    setGiven(next);
  };
  const check = () => {
    const found = other && given ? givenFaults(given) : {};
    setFaults(found);
    return Object.keys(found).length === 0 && (!other || given !== undefined);
  };
  const act = async () => {
    const input = other && given ? toRunInput(given) : undefined;
    onRerun(await rerunRun(run.id, input, key.current));
  };
  return (
    <AskingButton
      label="Run again"
      icon="play"
      size="normal"
      wide
      question="Start a new run like this one?"
      confirm="Start the run"
      confirmKind="primary"
      failed="The run could not be started"
      fields={["title", "text", "data", "input"]}
      onOpen={() => {
        key.current = newKey();
      }}
      check={check}
      act={act}
    >
      {(said) => (
        <div className="grid gap-4">
          <p>
            It follows {run.workflow_name} in version {run.workflow_version}, the one that this run has. This
            run stays as it is.
          </p>
          <SelectField
            label="It works on"
            value={other ? "other" : "same"}
            options={CHOICES}
            onValue={(value) => {
              key.current = newKey();
              setOther(value === "other");
            }}
          />
          {other && run.input && (
            <OtherInput
              run={run}
              input={run.input}
              given={given}
              faults={{
                ...pick("title", said("title")),
                ...pick("text", said("text") ?? said("data") ?? said("input")),
                ...faults,
              }}
              onGiven={take}
            />
          )}
        </div>
      )}
    </AskingButton>
  );
}

function pick(field: keyof GivenFaults, message: string | undefined): GivenFaults {
  return message === undefined ? {} : { [field]: message };
}

interface OtherProps {
  run: Run;
  input: PayloadRef;
  given: Given | undefined;
  faults: GivenFaults;
  onGiven: (given: Given) => void;
}

/** The fields of another input, which begin with the one that the run had. */
function OtherInput({ run, input, given, faults, onGiven }: OtherProps) {
  const query = useQuery(readInput(run.id, input.sha256));
  const json = input.media_type.startsWith("application/json");
  return (
    <Loaded query={query} what="The input" lines={2}>
      {(text) => (
        <Beginning
          first={{ form: json ? "json" : "text", title: run.title, text: json ? laidOut(text) : text }}
          given={given}
          faults={faults}
          onGiven={onGiven}
        />
      )}
    </Loaded>
  );
}

function Beginning({ first, given, faults, onGiven }: { first: Given } & Omit<OtherProps, "run" | "input">) {
  const shown = given ?? first;
  useEffect(() => {
    if (given === undefined) onGiven(first);
  }, [given, first, onGiven]);
  return <InputFields given={shown} faults={faults} onGiven={onGiven} rows={10} />;
}
