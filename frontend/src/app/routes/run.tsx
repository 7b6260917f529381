import { getRouteApi } from "@tanstack/react-router";
import { useProbeSession } from "~/app/shell/use-probe-session";
import { useSession } from "~/app/use-session";
import { RunPage } from "~/features/runs/show/run-page";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/runs/$runId");

export function Run() {
  const { runId } = route.useParams();
  const { view } = route.useSearch();
  const probe = useProbeSession();
  const control = may(useSession(), "runs:control");
  return <RunPage key={runId} runId={runId} view={view} rights={{ control }} onRefused={probe} />;
}
