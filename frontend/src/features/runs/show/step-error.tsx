import { useMutation } from "@tanstack/react-query";
import { Button } from "~/components/button";
import { Notice, ProblemNotice } from "~/components/notice";
import { retryStep } from "~/features/runs/api/retry-step";
import { toProblem } from "~/lib/api/problem";
import type { StepError as Failure, Run, Step } from "~/lib/api/types";
import { sentence } from "~/lib/sentence";

interface Props {
  run: Run;
  step: Step;
  error: Failure;
}

/** Why a step failed, and, where the run ended with it, the way to try it again. */
export function StepError({ run, step, error }: Props) {
  const retry = useMutation({ mutationFn: () => retryStep(run.id, step.id) });
  const final = step.status === "failed" && run.status === "failed";
  const action = final && (
    <Button
      small
      icon="rotate-cw"
      busy={retry.isPending}
      disabled={retry.isPending}
      onClick={() => retry.mutate()}
    >
      Retry this step
    </Button>
  );
  return (
    <div className="grid gap-3 px-5 pb-5">
      <Notice
        tone={step.status === "failed" ? "danger" : "warn"}
        title={step.status === "failed" ? "This step failed" : "An attempt failed and is tried again"}
        action={action}
      >
        {sentence(error.detail)} <span className="font-mono text-xs text-fg-3">{error.code}</span>
      </Notice>
      {retry.error && <ProblemNotice what="The step could not be retried" problem={toProblem(retry.error)} />}
    </div>
  );
}
