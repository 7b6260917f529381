import type { RunStatus } from "~/lib/api/types";

export const RUN_STATUSES = [
  "running",
  "waiting",
  "paused",
  "completed",
  "failed",
  "cancelled",
] as const satisfies readonly RunStatus[];

/** The filters of the runs list as its address carries them. */
export function readRunsSearch(search: Record<string, unknown>): { status?: RunStatus } {
  const status = RUN_STATUSES.find((known) => known === search.status);
  return status ? { status } : {};
}
