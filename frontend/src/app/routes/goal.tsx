import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { GoalPage } from "~/features/goals/goal-page";
import { modelsQuery } from "~/features/models/api/list-models";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/goals/$goalId");

export function Goal() {
  const { goalId } = route.useParams();
  const session = useSession();
  const models = useQuery(modelsQuery);
  const rights = { edit: may(session, "workflows:write"), start: may(session, "runs:start") };
  return <GoalPage key={goalId} goalId={goalId} rights={rights} models={models.data ?? []} />;
}
