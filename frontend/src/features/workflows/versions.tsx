import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Loaded } from "~/components/loaded";
import { Panel } from "~/components/panel";
import { SelectField } from "~/components/select-field";
import { changesQuery, versionsQuery } from "~/features/workflows/api/read-workflow";
import type { Workflow } from "~/lib/api/types";
import { formatMoment } from "~/lib/format";

/** The publications of a workflow, each with the way to it. */
export function Versions({ workflow }: { workflow: Workflow }) {
  const query = useQuery(versionsQuery(workflow.id));
  return (
    <Panel title="Versions" lead="Runs keep the version that they began with.">
      <Loaded query={query} what="The versions" lines={2}>
        {(versions) => (
          <ol className="grid max-h-80 gap-1 overflow-y-auto text-sm" aria-label="Versions, the newest first">
            {versions.map((one) => {
              const here = one.version === workflow.version;
              return (
                <li key={one.version}>
                  <Link
                    to="/workflows/$workflowId"
                    params={{ workflowId: workflow.id }}
                    search={{ version: one.version }}
                    aria-current={here ? "page" : undefined}
                    className={`flex min-h-10 flex-wrap items-center justify-between gap-x-3 rounded-control border-l-[3px] px-3 focus-visible:-outline-offset-2 ${here ? "border-info bg-overlay text-fg" : "border-transparent text-fg-3 hover:bg-overlay hover:text-fg"}`}
                  >
                    <span>Version {one.version}</span>
                    <time dateTime={one.published_at}>{formatMoment(one.published_at)}</time>
                  </Link>
                </li>
              );
            })}
          </ol>
        )}
      </Loaded>
    </Panel>
  );
}

/** What changed between two versions: at first between this one and the one before. */
export function Changes({ workflow }: { workflow: Workflow }) {
  const [from, setFrom] = useState(Math.max(1, workflow.version - 1));
  const [to, setTo] = useState(Math.max(2, workflow.version));
  const query = useQuery(changesQuery(workflow.id, from, to));
  const options = Array.from({ length: workflow.newest }, (_, at) => workflow.newest - at).map((version) => ({
    value: String(version),
    label: `Version ${version}`,
  }));
  return (
    <Panel title="What changed">
      <div className="grid gap-4">
        <div className="grid grid-cols-2 gap-3">
          <SelectField
            label="From"
            value={String(from)}
            options={options}
            onValue={(value) => setFrom(Number(value))}
          />
          <SelectField
            label="To"
            value={String(to)}
            options={options}
            onValue={(value) => setTo(Number(value))}
          />
        </div>
        <Loaded query={query} what="What changed" lines={2}>
          {(lines) =>
            lines.length === 0 ? (
              <p className="text-sm text-fg-3">There is no difference.</p>
            ) : (
              <ul aria-label="Differences" className="grid gap-1 font-mono text-xs break-words text-fg-2">
                {lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}
