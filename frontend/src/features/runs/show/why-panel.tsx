import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { whyQuery } from "~/features/runs/api/read-why";
import { isOver } from "~/features/runs/show/run-actions";
import type { Run, WaitingFor, Why } from "~/lib/api/types";
import { sentence } from "~/lib/sentence";

const SHOWN = 8;

/** What the run waits for, step by step, told when somebody asks; where nobody works on it, told at once. */
export function WhyPanel({ run }: { run: Run }) {
  const [open, setOpen] = useState(run.status !== "running");
  if (isOver(run) && run.status !== "failed") return null;
  return (
    <details
      open={open}
      onToggle={(toggle) => setOpen(toggle.currentTarget.open)}
      className="group card mb-6 min-w-0 px-5 py-3 text-sm"
    >
      <summary className="flex items-center gap-1.5 rounded-sm py-1 font-medium text-fg-2 hover:text-fg">
        <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
        What it waits for
      </summary>
      {open && <Reasons runId={run.id} />}
    </details>
  );
}

function Reasons({ runId }: { runId: string }) {
  const query = useQuery(whyQuery(runId));
  return (
    <Loaded query={query} what="What it waits for" lines={2}>
      {(why) => <OfRun why={why} />}
    </Loaded>
  );
}

function OfRun({ why }: { why: Why }) {
  const [shown, setShown] = useState(SHOWN);
  if (why.reasons.length === 0) return <p className="py-2 text-fg-3">It waits for nothing.</p>;
  const left = why.reasons.length - shown;
  return (
    <ul className="grid gap-2 py-2">
      {why.reasons.slice(0, shown).map((reason) => (
        <li key={`${reason.step} ${reason.waits_for}`} className="min-w-0 border-l-[3px] border-line pl-3">
          <Reason reason={reason} />
          {why.children
            .filter((child) => child.run_id === reason.run_id)
            .map((child) => (
              <div key={child.run_id} className="mt-1 pl-3">
                <OfRun why={child} />
              </div>
            ))}
        </li>
      ))}
      {left > 0 && (
        <li>
          <button
            type="button"
            className="rounded-sm py-1 text-info underline-offset-4 hover:underline"
            onClick={() => setShown(shown + 5 * SHOWN)}
          >
            {left} more
          </button>
        </li>
      )}
    </ul>
  );
}

function Reason({ reason }: { reason: WaitingFor }) {
  return (
    <p className="break-words">
      {reason.step && <span className="mr-2 font-mono text-xs text-fg-2">{reason.step}</span>}
      {sentence(reason.text)}{" "}
      {reason.run_id && (
        <Link
          to="/runs/$runId"
          params={{ runId: reason.run_id }}
          className="rounded-sm text-info underline underline-offset-4"
        >
          Open that run
        </Link>
      )}
    </p>
  );
}
