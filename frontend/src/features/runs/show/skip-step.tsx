import { AskingButton } from "~/components/asking-button";
import { skipStep } from "~/features/runs/api/skip-step";
import { useRights } from "~/features/runs/show/rights";
import { stepName } from "~/features/runs/show/step-words";
import type { Step } from "~/lib/api/types";

/** Has the run go on without a step, after asking. */
export function SkipStep({ runId, step }: { runId: string; step: Step }) {
  const { control } = useRights();
  if (!control) return null;
  return (
    <div>
      <AskingButton
        label="Skip this step"
        about={stepName(step)}
        icon="skip-forward"
        question="Go on without this step?"
        confirm="Skip it"
        failed="The step could not be skipped"
        act={() => skipStep(runId, step.id)}
      >
        <p>It comes to nothing then, and what needs it goes on with that. This cannot be taken back.</p>
      </AskingButton>
    </div>
  );
}
