import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { AgentCard, type AgentRights } from "~/features/agents/agent-card";
import { agentsQuery } from "~/features/agents/api/list-agents";
import { toProblem } from "~/lib/api/problem";

export function AgentsList({ rights }: { rights: AgentRights }) {
  const query = useQuery(agentsQuery);
  if (query.isPending) return <Skeleton lines={5} label="Loading the agents" />;
  if (query.data === undefined) {
    return (
      <ProblemNotice
        what="The agents could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (query.data.length === 0) return <NoAgentsYet />;
  return (
    <ul className="grid gap-4 xl:grid-cols-2">
      {query.data.map((agent) => (
        <AgentCard key={agent.id} agent={agent} rights={rights} />
      ))}
    </ul>
  );
}

function NoAgentsYet() {
  return (
    <EmptyState icon="bot" title="No agents yet">
      The first run of a template brings its agents with it. You can also make one of your own.
    </EmptyState>
  );
}
