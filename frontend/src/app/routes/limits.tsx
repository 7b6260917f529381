import { useQuery } from "@tanstack/react-query";
import { useSession } from "~/app/use-session";
import { PageHeader } from "~/components/page-header";
import { agentsQuery } from "~/features/agents/api/list-agents";
import { LimitsPanel } from "~/features/limits/limits-panel";
import { modelsQuery } from "~/features/models/api/list-models";
import { workflowsQuery } from "~/features/workflows/api/list-workflows";
import { may } from "~/lib/scopes";

export function Limits() {
  const mayManage = may(useSession(), "budgets:manage");
  const agents = useQuery(agentsQuery).data ?? [];
  const workflows = useQuery(workflowsQuery).data ?? [];
  const models = useQuery(modelsQuery).data ?? [];
  const providers = [...new Set(models.map(({ provider }) => provider))];
  return (
    <>
      <PageHeader title="Limits" lead="How much of this workspace’s work goes on at the same time." />
      <LimitsPanel
        mayManage={mayManage}
        subjects={{
          workspace: [],
          agent: agents.map(({ id, name }) => ({ value: id, label: name })),
          workflow: workflows.map(({ id, name }) => ({ value: id, label: name })),
          provider: providers.map((name) => ({ value: name, label: name })),
        }}
      />
    </>
  );
}
