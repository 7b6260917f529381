import { Link } from "@tanstack/react-router";
import { Icon } from "~/components/icon";
import { ActsList } from "~/features/runs/acting/acts-list";
import { isOver } from "~/features/runs/show/run-actions";
import { SendEvent } from "~/features/runs/show/send-event";
import { useShown } from "~/features/runs/show/shown";
import { SkipStep } from "~/features/runs/show/skip-step";
import { StepError } from "~/features/runs/show/step-error";
import { StepFigures } from "~/features/runs/show/step-figures";
import { StepPrompts } from "~/features/runs/show/step-prompts";
import { StepText } from "~/features/runs/show/step-text";
import { skippedWords, verdictWords } from "~/features/runs/show/step-words";
import { ASKING } from "~/features/runs/show/use-read-anew";
import type { Step, StepStatus } from "~/lib/api/types";
import { formatMoment } from "~/lib/format";

/** Where a step stands once a person may have the run go on without it. */
const SKIPPABLE: readonly StepStatus[] = ["scheduled", "running", "suspended"];

const OVER: readonly StepStatus[] = ["completed", "skipped", "failed", "cancelled"];
const NONE: readonly never[] = [];

/** What is known of a step: its figures, what it waits for, who decided, why it failed and what it came to. */
export function StepDetails({ step, folded }: { step: Step; folded: boolean }) {
  const { run, drafts, acts: allActs, calls: allCalls } = useShown();
  const acts = allActs.get(step.id) ?? NONE;
  const calls = allCalls.get(step.id) ?? NONE;
  return (
    <>
      <div className="grid gap-2 px-5 pb-4 text-sm empty:hidden">
        <StepFigures step={step} />
        {step.waiting && !isOver(run) && <Waiting waiting={step.waiting} />}
        <StartedRun step={step} />
        {step.skipped && <p className="text-fg-3">{skippedWords(step.skipped)}</p>}
        {step.verdict && <Decided verdict={step.verdict} />}
        {!isOver(run) && SKIPPABLE.includes(step.status) && (
          <div className="flex flex-wrap gap-2 pt-1 empty:hidden">
            {step.waiting?.event && <SendEvent runId={run.id} event={step.waiting.event} />}
            <SkipStep runId={run.id} step={step} />
          </div>
        )}
      </div>
      <div className="grid grid-cols-1 gap-2 px-5 pb-4 empty:hidden">
        <ActsList runId={run.id} step={step.id} acts={acts} over={OVER.includes(step.status)} />
        {calls.length > 0 && <StepPrompts runId={run.id} step={step.id} calls={calls} />}
      </div>
      {step.error && <StepError run={run} step={step} error={step.error} />}
      {folded ? (
        step.output && <Folded step={step} runId={run.id} />
      ) : (
        <StepText runId={run.id} step={step} draft={drafts[step.id]} />
      )}
    </>
  );
}

function Waiting({ waiting }: { waiting: NonNullable<Step["waiting"]> }) {
  const sentences = [
    waiting.event && `For the event “${waiting.event}”.`,
    waiting.due_at && `Until ${formatMoment(waiting.due_at)}.`,
    waiting.escalated && "Nobody had decided in time: others may decide too.",
    !waiting.escalated &&
      waiting.escalates_at &&
      `Others may too from ${formatMoment(waiting.escalates_at)} on.`,
  ].filter(Boolean);
  const asks = ASKING.includes(waiting.waits_for);
  if (sentences.length === 0 && !asks) return null;
  return (
    <p className="break-words text-fg-3">
      {sentences.join(" ")}{" "}
      {asks && (
        <a href="#asks" className="rounded-sm text-info underline underline-offset-4">
          See what it asks
        </a>
      )}
    </p>
  );
}

function StartedRun({ step }: { step: Step }) {
  const { started } = useShown();
  const runId = step.waiting?.run_id ?? started.get(step.id);
  if (!runId) return null;
  return (
    <p>
      <Link
        to="/runs/$runId"
        params={{ runId }}
        className="inline-flex items-center gap-1 rounded-sm text-info underline-offset-4 hover:underline"
      >
        The run that it started
        <Icon name="arrow-up-right" className="size-3.5" />
      </Link>
    </p>
  );
}

function Decided({ verdict }: { verdict: NonNullable<Step["verdict"]> }) {
  return (
    <p className="break-words">
      <span className="font-medium">{verdictWords(verdict)}</span>{" "}
      <span className="text-fg-3">{formatMoment(verdict.at)}</span>
      {verdict.note && <span className="mt-0.5 block text-fg-2">“{verdict.note}”</span>}
    </p>
  );
}

function Folded({ step, runId }: { step: Step; runId: string }) {
  return (
    <details className="group border-t-[1.5px] border-line text-sm">
      <summary className="flex items-center gap-1.5 px-5 py-2.5 text-fg-2 hover:text-fg focus-visible:-outline-offset-4">
        <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
        What it came to
      </summary>
      <StepText runId={runId} step={step} draft={undefined} />
    </details>
  );
}
