import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { ActsList } from "~/features/runs/acting/acts-list";
import { runActsQuery } from "~/features/runs/api/read-run-acts";

/** How an answer was made that is there already: folded in, and read once somebody wants to see it. */
export function RunActs({ runId }: { runId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="group text-sm" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
      <summary className="flex min-h-9 items-center gap-1.5 rounded-sm text-fg-3 hover:text-fg">
        <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
        How it was made
      </summary>
      {open && <Made runId={runId} />}
    </details>
  );
}

function Made({ runId }: { runId: string }) {
  const query = useQuery(runActsQuery(runId));
  return (
    <div className="mt-2 grid grid-cols-1 gap-2">
      <Loaded query={query} what="How it was made" lines={2}>
        {(acts) =>
          acts.size === 0 ? (
            <p className="text-fg-3">Without tools.</p>
          ) : (
            [...acts].map(([step, some]) => (
              <ActsList key={step} runId={runId} step={step} acts={some} over />
            ))
          )
        }
      </Loaded>
      <p>
        <Link
          to="/runs/$runId"
          params={{ runId }}
          search={{ view: "steps" }}
          className="inline-flex min-h-6 items-center gap-1 rounded-sm text-info underline-offset-4 hover:underline"
        >
          The run that made it
          <Icon name="arrow-up-right" className="size-3.5" />
        </Link>
      </p>
    </div>
  );
}
