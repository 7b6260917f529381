import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { Loaded } from "~/components/loaded";
import { PageHeader } from "~/components/page-header";
import { AskForm } from "~/features/goals/ask-form";
import { GoalsList } from "~/features/goals/goals-list";
import { modelsQuery } from "~/features/models/api/list-models";
import { may } from "~/lib/scopes";

export function Goals() {
  const navigate = useNavigate();
  const mayAsk = may(useSession(), "runs:start");
  const models = useQuery(modelsQuery);
  return (
    <>
      <PageHeader
        title="Goals"
        lead="Say what you want; Z2 drafts a team for it. Nothing runs before you have accepted the draft."
      />
      <div className="grid gap-6">
        {mayAsk && (
          <Loaded query={models} what="The models" lines={4}>
            {(found) => (
              <AskForm
                models={found}
                onAsked={(goalId) => void navigate({ to: "/goals/$goalId", params: { goalId } })}
              />
            )}
          </Loaded>
        )}
        <GoalsList />
      </div>
    </>
  );
}
