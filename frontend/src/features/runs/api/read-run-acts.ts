import { queryOptions } from "@tanstack/react-query";
import { actsByStep } from "~/features/runs/acting/acts";
import { listRunEvents } from "~/features/runs/api/list-run-events";

/** What the agents of a run that is over have done besides speaking; it does not change any more. */
export function runActsQuery(runId: string) {
  return queryOptions({
    queryKey: ["run-acts", runId],
    queryFn: async () => actsByStep(await listRunEvents(runId, 0)),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
