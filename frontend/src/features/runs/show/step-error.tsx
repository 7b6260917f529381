import { useMutation } from "@tanstack/react-query";
import { Button } from "~/components/button";
import { Notice, ProblemNotice } from "~/components/notice";
import { retryStep } from "~/features/runs/api/retry-step";
import { useRights } from "~/features/runs/show/rights";
import { SkipStep } from "~/features/runs/show/skip-step";
import { toProblem } from "~/lib/api/problem";
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
  const retry = useMutation({ mutationFn: () => retryStep(run.id, step.id) });
  const { control } = useRights();
  const failed = step.status === "failed";
  // what failed because of another step goes on with that one
  const action = control && failed && run.status === "failed" && error.step === "" && (
    <div className="flex flex-wrap gap-2">
      <Button
        small
        icon="rotate-cw"
        busy={retry.isPending}
        disabled={retry.isPending}
        onClick={() => retry.mutate()}
      >
        Retry this step
      </Button>
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
      {retry.error && <ProblemNotice what="The step could not be retried" problem={toProblem(retry.error)} />}
    </div>
  );
}
