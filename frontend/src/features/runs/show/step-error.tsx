import { Notice } from "~/components/notice";
import { RetryStep } from "~/features/runs/show/retry-step";
import { useShown } from "~/features/runs/show/shown";
import { SkipStep } from "~/features/runs/show/skip-step";
import type { StepError as Failure, Run, Step } from "~/lib/api/types";
import { sentence } from "~/lib/sentence";

interface Props {
  run: Run;
  step: Step;
  error: Failure;
}

/** What became of a step after an attempt of it had failed. */
const TRIED: Partial<Record<Step["status"], string>> = {
  skipped: "It failed, and the run goes on without it",
  completed: "An attempt failed before",
  cancelled: "An attempt failed before it was cancelled",
};

/** Why a step failed, and, where the run ended with it, the way to try it again. */
export function StepError({ run, step, error }: Props) {
  const { undone } = useShown();
  const failed = step.status === "failed";
  // what failed because of another step goes on with that one
  const action = failed && run.status === "failed" && error.step === "" && !undone && (
    <div className="flex flex-wrap gap-2">
      <RetryStep runId={run.id} step={step.id} label="Retry this step" />
      <SkipStep runId={run.id} step={step} />
    </div>
  );
  return (
    <div className="grid gap-3 px-5 pb-5">
      <Notice
        tone={failed ? "danger" : "warn"}
        title={
          failed
            ? error.step
              ? `This failed with ${error.step}`
              : "This step failed"
            : (TRIED[step.status] ?? "An attempt failed and is tried again")
        }
        action={action}
      >
        {sentence(error.detail)} <span className="font-mono text-xs text-fg-3">{error.code}</span>
      </Notice>
    </div>
  );
}
