import { Link } from "@tanstack/react-router";
import { statusWord } from "~/components/status";
import { RUN_STATUSES } from "~/features/runs/list/search";
import type { RunStatus } from "~/lib/api/types";

const TAB =
  "inline-flex min-h-10 items-center rounded-full border-[1.5px] px-4 text-sm transition-colors duration-200";

export function StatusFilter({ current }: { current: RunStatus | undefined }) {
  return (
    <nav aria-label="Filter by status" className="mb-4 flex flex-wrap gap-2">
      {[undefined, ...RUN_STATUSES].map((status) => {
        const here = status === current;
        const look = here
          ? "border-info bg-overlay text-fg"
          : "border-line text-fg-3 hover:border-edge hover:text-fg";
        return (
          <Link
            key={status ?? "all"}
            to="/runs"
            search={status ? { status } : {}}
            aria-current={here ? "true" : undefined}
            className={`${TAB} ${look}`}
          >
            {status ? statusWord(status) : "All"}
          </Link>
        );
      })}
    </nav>
  );
}
