import { Link } from "@tanstack/react-router";
import { buttonClass } from "~/components/button";
import { Notice } from "~/components/notice";
import type { RunView } from "~/features/runs/show/search";
import type { Run } from "~/lib/api/types";
import { formatMoment } from "~/lib/format";
import { sentence } from "~/lib/sentence";

/** What one should know first: that the result is there, why the run failed, or what is in doubt. */
export function RunNews({ run, view }: { run: Run; view: RunView }) {
  const inDoubt = run.steps.reduce((sum, step) => sum + step.calls_in_doubt, 0);
  const ready = run.status === "completed" && view !== "result";
  return (
    <>
      <p role="status" className="sr-only">
        {`${run.steps_done} of ${run.steps_total} steps completed. The run is ${run.status}.`}
      </p>
      <div className="mb-6 grid gap-3 empty:hidden">
        {ready && <ResultReady runId={run.id} />}
        {run.paused && (
          <Notice tone="warn" title={`Paused since ${formatMoment(run.paused.at)}`}>
            {run.paused.reason ? sentence(run.paused.reason) : "Nothing further begins until it is resumed."}
          </Notice>
        )}
        {run.error && (
          <Notice
            tone="danger"
            title={run.error.step ? `The run failed at ${run.error.step}` : "The run failed"}
          >
            {sentence(run.error.detail)} <span className="font-mono text-xs text-fg-3">{run.error.code}</span>
          </Notice>
        )}
        {inDoubt > 0 && (
          <Notice
            tone="warn"
            title={inDoubt === 1 ? "One model call is in doubt" : `${inDoubt} model calls are in doubt`}
          >
            A call was begun and its end is not known. The provider may have billed it; the cost here does not
            include it.
          </Notice>
        )}
      </div>
    </>
  );
}

function ResultReady({ runId }: { runId: string }) {
  const open = (
    <Link
      to="/runs/$runId"
      params={{ runId }}
      search={{ view: "result" }}
      className={buttonClass("primary", true)}
    >
      Open the result
    </Link>
  );
  return (
    <Notice tone="ok" title="The result is ready" action={open}>
      All steps are completed.
    </Notice>
  );
}
