import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useProbeSession } from "~/app/shell/use-probe-session";
import { useSession } from "~/app/use-session";
import { RunPage } from "~/features/runs/show/run-page";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/runs/$runId");

export function Run() {
  const { runId } = route.useParams();
  const { view } = route.useSearch();
  const probe = useProbeSession();
  const navigate = useNavigate();
  const session = useSession();
  const rights = {
    control: may(session, "runs:control"),
    signal: may(session, "runs:signal"),
    start: may(session, "runs:start"),
  };
  return (
    <RunPage
      key={runId}
      runId={runId}
      view={view}
      rights={rights}
      onRefused={probe}
      onRerun={(again) =>
        void navigate({ to: "/runs/$runId", params: { runId: again }, search: { view: "steps" } })
      }
    />
  );
}
