import { getRouteApi } from "@tanstack/react-router";
import { useProbeSession } from "~/app/shell/use-probe-session";
import { RunPage } from "~/features/runs/show/run-page";

const route = getRouteApi("/signed-in/runs/$runId");

export function Run() {
  const { runId } = route.useParams();
  const { view } = route.useSearch();
  const probe = useProbeSession();
  return <RunPage key={runId} runId={runId} view={view} onRefused={probe} />;
}
