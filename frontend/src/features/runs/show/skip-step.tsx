import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { TextArea } from "~/components/text-area";
import { skipStep } from "~/features/runs/api/skip-step";
import { useRights } from "~/features/runs/show/rights";
import { stepName } from "~/features/runs/show/step-words";
import type { Step } from "~/lib/api/types";
import { broughtBy } from "~/lib/given";

/** Has the run go on without a step, after asking, or with what a person gives instead. */
export function SkipStep({ runId, step }: { runId: string; step: Step }) {
  const { control } = useRights();
  const [instead, setInstead] = useState("");
  const [mistake, setMistake] = useState<string>();
  if (!control) return null;
  const check = () => {
    const found = broughtBy(instead);
    setMistake("mistake" in found ? found.mistake : undefined);
    return "content" in found;
  };
  const act = () => {
    const found = broughtBy(instead);
    return skipStep(runId, step.id, "content" in found ? found.content : undefined);
  };
  return (
    <AskingButton
      label="Skip this step"
      about={stepName(step)}
      icon="skip-forward"
      question="Go on without this step?"
      confirm="Skip it"
      failed="The step could not be skipped"
      fields={["output"]}
      check={check}
      act={act}
    >
      {(said) => (
        <>
          <p className="mb-4">What needs it goes on with what you give. This cannot be taken back.</p>
          <TextArea
            label="What it came to instead (optional)"
            hint="A text, or an object or a list as JSON. Without any it comes to nothing."
            value={instead}
            onValue={setInstead}
            rows={3}
            error={mistake ?? said("output")}
          />
        </>
      )}
    </AskingButton>
  );
}
