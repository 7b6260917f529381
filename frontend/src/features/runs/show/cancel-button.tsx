import { AskingButton } from "~/components/asking-button";
import { cancelRun } from "~/features/runs/api/cancel-run";

/** Cancels the run after asking. The page shows it as cancelled only when the log says so. */
export function CancelButton({ runId }: { runId: string }) {
  return (
    <AskingButton
      label="Cancel the run"
      icon="ban"
      kind="danger"
      size="normal"
      question="Cancel this run?"
      confirm="Cancel the run"
      failed="The run could not be cancelled"
      act={() => cancelRun(runId)}
    >
      <p>
        What its steps have completed stays in the log. Steps that are running stop, runs that it has started
        are cancelled with it, and no further step begins.
      </p>
    </AskingButton>
  );
}
