import { AskingButton } from "~/components/asking-button";
import { retryStep } from "~/features/runs/api/retry-step";
import { useRights } from "~/features/runs/show/rights";

interface Props {
  runId: string;
  step: string;
  label: string;
  size?: "small" | "normal";
}

/** Has a failed step done again, after asking. */
export function RetryStep({ runId, step, label, size = "small" }: Props) {
  const { control } = useRights();
  if (!control) return null;
  return (
    <AskingButton
      label={label}
      about={step}
      icon="rotate-cw"
      kind="primary"
      size={size}
      question={`Do ${step} again?`}
      confirm="Try again"
      confirmKind="primary"
      failed="The step could not be retried"
      act={() => retryStep(runId, step)}
    >
      <p>
        The run goes on from here. All its other failed steps are done again too; what was completed stays as
        it is and is not paid for twice.
      </p>
    </AskingButton>
  );
}
