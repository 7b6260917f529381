import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/button";
import { Confirm } from "~/components/confirm";
import { ProblemNotice } from "~/components/notice";
import { TextField } from "~/components/text-field";
import { pauseRun, resumeRun } from "~/features/runs/api/control-run";
import { CancelButton } from "~/features/runs/show/cancel-button";
import { useRights } from "~/features/runs/show/rights";
import { toProblem } from "~/lib/api/problem";
import type { Run } from "~/lib/api/types";

/** Whether a run is over; a failed one may go on once a step is retried or skipped. */
export function isOver(run: Run): boolean {
  return ["completed", "failed", "cancelled"].includes(run.status);
}

/** What can be done to the run as a whole. The page shows it as done only when the log says so. */
export function RunActions({ run }: { run: Run }) {
  const { control } = useRights();
  if (!control || isOver(run)) return null;
  return (
    <div className="flex flex-wrap gap-3">
      {run.status === "paused" ? <Resume runId={run.id} /> : <Pause runId={run.id} />}
      <CancelButton runId={run.id} />
    </div>
  );
}

function Resume({ runId }: { runId: string }) {
  const resume = useMutation({ mutationFn: () => resumeRun(runId) });
  return (
    <>
      <Button
        kind="primary"
        icon="play"
        busy={resume.isPending}
        disabled={resume.isPending}
        onClick={() => resume.mutate()}
      >
        Resume
      </Button>
      {resume.error && (
        <ProblemNotice what="The run could not be resumed" problem={toProblem(resume.error)} />
      )}
    </>
  );
}

function Pause({ runId }: { runId: string }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const pause = useMutation({ mutationFn: () => pauseRun(runId, reason), onSuccess: () => setAsking(false) });
  const close = () => {
    setAsking(false);
    pause.reset();
  };
  return (
    <>
      <Button icon="pause" onClick={() => setAsking(true)}>
        Pause
      </Button>
      <Confirm
        open={asking}
        kind="primary"
        title="Pause this run?"
        confirm="Pause the run"
        busy={pause.isPending}
        onConfirm={() => pause.mutate()}
        onClose={close}
      >
        <p className="mb-4">
          What is under way may end. Nothing further begins until somebody resumes the run.
        </p>
        <TextField label="Reason (optional)" value={reason} onValue={setReason} maxLength={500} />
        {pause.error && (
          <div className="mt-4">
            <ProblemNotice what="The run could not be paused" problem={toProblem(pause.error)} />
          </div>
        )}
      </Confirm>
    </>
  );
}
