import { RunRow } from "~/features/runs/list/run-row";
import type { RunSummary } from "~/lib/api/types";
import { useNow } from "~/lib/use-now";

const NUMBER = "hidden px-3 py-3 text-right font-medium lg:table-cell";

export function RunsTable({ runs }: { runs: readonly RunSummary[] }) {
  const now = useNow(
    1000,
    runs.some((run) => run.status === "running"),
  );
  return (
    <div className="card overflow-clip">
      <table className="w-full text-left text-sm">
        <caption className="sr-only">Runs, the newest first</caption>
        <thead className="max-sm:sr-only border-b-[1.5px] border-line bg-raised text-xs text-fg-3">
          <tr>
            <th scope="col" className="px-4 py-3 font-medium">
              Run
            </th>
            <th scope="col" className="hidden px-3 py-3 font-medium sm:table-cell">
              Status
            </th>
            <th scope="col" className="hidden px-3 py-3 font-medium md:table-cell">
              Steps
            </th>
            <th scope="col" className="hidden px-3 py-3 font-medium md:table-cell">
              Started
            </th>
            <th scope="col" className={NUMBER}>
              Duration
            </th>
            <th scope="col" className={NUMBER}>
              Tokens
            </th>
            <th scope="col" className={`${NUMBER} pr-4`}>
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
