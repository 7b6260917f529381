import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { callWords, type ModelCall } from "~/features/runs/acting/model-calls";
import { callPromptQuery } from "~/features/runs/api/read-call-prompt";
import { PromptParts } from "~/features/runs/show/prompt-parts";

interface Props {
  runId: string;
  step: string;
  calls: readonly ModelCall[];
}

/** What the model of a step was told in each of its calls: folded in, and read once somebody wants to see it. */
export function StepPrompts({ runId, step, calls }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details className="group/told text-sm" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
      <summary className="flex min-h-9 items-center gap-1.5 rounded-sm text-fg-3 hover:text-fg">
        <Icon name="chevron-right" className="size-4 transition-transform group-open/told:rotate-90" />
        What its model was told
      </summary>
      {open && <Calls runId={runId} step={step} calls={calls} />}
    </details>
  );
}

function Calls({ runId, step, calls }: Props) {
  const [only] = calls;
  if (only && calls.length === 1) {
    return (
      <div className="mt-2">
        <Told runId={runId} step={step} call={only} />
      </div>
    );
  }
  return (
    <ul aria-label="Calls of its model" className="mt-2 grid grid-cols-1 gap-1.5">
      {calls.map((call) => (
        <CallItem key={call.call} runId={runId} step={step} call={call} />
      ))}
    </ul>
  );
}

interface CallProps {
  runId: string;
  step: string;
  call: ModelCall;
}

function CallItem({ runId, step, call }: CallProps) {
  const [open, setOpen] = useState(false);
  return (
    <li className="min-w-0 rounded-control border-[1.5px] border-line bg-bg/50">
      <details className="group/call" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
        <summary className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-0.5 rounded-control px-3 py-1.5 hover:bg-overlay focus-visible:-outline-offset-2">
          <Icon
            name="chevron-right"
            className="size-4 text-fg-3 transition-transform group-open/call:rotate-90"
          />
          <span className="min-w-0">{callWords(call)}</span>
          <span className="ml-auto min-w-0 font-mono text-xs break-all text-fg-3">{call.model}</span>
        </summary>
        {open && (
          <div className="border-t-[1.5px] border-line p-3">
            <Told runId={runId} step={step} call={call} />
          </div>
        )}
      </details>
    </li>
  );
}

function Told({ runId, step, call }: CallProps) {
  const query = useQuery(callPromptQuery(runId, step, call));
  return (
    <Loaded query={query} what="What its model was told" lines={3}>
      {(prompt) => <PromptParts prompt={prompt} />}
    </Loaded>
  );
}
