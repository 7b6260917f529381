import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { TextField } from "~/components/text-field";
import { pauseRun, resumeRun } from "~/features/runs/api/control-run";
import { CancelButton } from "~/features/runs/show/cancel-button";
import { RerunButton } from "~/features/runs/show/rerun-button";
import { RetryStep } from "~/features/runs/show/retry-step";
import { useRights } from "~/features/runs/show/rights";
import type { Run } from "~/lib/api/types";

/** Whether a run is over; a failed one may go on once a step is retried or skipped. */
export function isOver(run: Run): boolean {
  return ["completed", "failed", "cancelled"].includes(run.status);
}

/** Whether the run can go on from its failed step: one that has undone what it did cannot. */
export function isRetryable(run: Run, undone: boolean): boolean {
  return run.status === "failed" && run.error !== null && run.error.step !== "" && !undone;
}

interface Props {
  run: Run;
  undone: boolean;
  onRerun: (runId: string) => void;
}

/** What can be done to the run as a whole. The page shows it as done only when the log says so. */
export function RunActions({ run, undone, onRerun }: Props) {
  const { control } = useRights();
  return (
    <div className="flex flex-wrap gap-3 empty:hidden">
      {isRetryable(run, undone) && run.error && (
        <RetryStep runId={run.id} step={run.error.step} label="Retry" size="normal" />
      )}
      {control &&
        !isOver(run) &&
        (run.status === "paused" ? <Resume runId={run.id} /> : <Pause runId={run.id} />)}
      <RerunButton run={run} onRerun={onRerun} />
      {control && !isOver(run) && <CancelButton runId={run.id} />}
    </div>
  );
}

function Resume({ runId }: { runId: string }) {
  return (
    <AskingButton
      label="Resume"
      icon="play"
      kind="primary"
      size="normal"
      question="Go on with this run?"
      confirm="Resume the run"
      confirmKind="primary"
      failed="The run could not be resumed"
      act={() => resumeRun(runId)}
    >
      <p>What was ready when it was paused begins at once.</p>
    </AskingButton>
  );
}

function Pause({ runId }: { runId: string }) {
  const [reason, setReason] = useState("");
  return (
    <AskingButton
      label="Pause"
      icon="pause"
      size="normal"
      question="Pause this run?"
      confirm="Pause the run"
      confirmKind="primary"
      failed="The run could not be paused"
      act={() => pauseRun(runId, reason)}
    >
      <p className="mb-4">
        What is under way may end. Nothing further begins until somebody resumes the run.
      </p>
      <TextField label="Reason (optional)" value={reason} onValue={setReason} maxLength={500} />
    </AskingButton>
  );
}
