import { PageHeader } from "~/components/page-header";
import { AgentsList } from "~/features/agents/agents-list";

export function Agents() {
  return (
    <>
      <PageHeader title="Agents" lead="Named roles with their instructions and their choice of model." />
      <AgentsList />
    </>
  );
}
