import { queryOptions } from "@tanstack/react-query";
import { readRun } from "~/features/runs/api/read-run";

/**
 * A text of a run. It is stored under its hash, so it never changes and is read once. The API finds it through its
 * read model, which may be a moment behind the event that named it: reading the run first waits for that.
 */
export function textQuery(runId: string, sha256: string, read: () => Promise<string>) {
  const queryFn = async () => {
    await readRun(runId);
    return read();
  };
  return queryOptions({ queryKey: ["text", sha256], queryFn, staleTime: Number.POSITIVE_INFINITY });
}
