import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/button";
import { Confirm } from "~/components/confirm";
import { ProblemNotice } from "~/components/notice";
import { cancelRun } from "~/features/runs/api/cancel-run";
import { toProblem } from "~/lib/api/problem";

/** Cancels the run after asking. The page shows it as cancelled only when the log says so. */
export function CancelButton({ runId }: { runId: string }) {
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({ mutationFn: () => cancelRun(runId), onSuccess: () => setAsking(false) });
  const close = () => {
    setAsking(false);
    cancel.reset();
  };
  return (
    <>
      <Button kind="danger" icon="ban" onClick={() => setAsking(true)}>
        Cancel the run
      </Button>
      <Confirm
        open={asking}
        title="Cancel this run?"
        confirm="Cancel the run"
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={close}
      >
        <p>
          What its steps have completed stays in the log. Steps that are running stop, and no further one
          begins.
        </p>
        {cancel.error && (
          <div className="mt-4">
            <ProblemNotice what="The run could not be cancelled" problem={toProblem(cancel.error)} />
          </div>
        )}
      </Confirm>
    </>
  );
}
