import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSession } from "~/app/use-session";
import { buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { Loaded } from "~/components/loaded";
import { NotForYou } from "~/components/not-for-you";
import { PageHeader } from "~/components/page-header";
import { AgentForm } from "~/features/agents/agent-form";
import { agentsQuery } from "~/features/agents/api/list-agents";
import { toolsQuery } from "~/features/agents/api/list-tools";
import { modelsQuery } from "~/features/models/api/list-models";
import type { Agent } from "~/lib/api/types";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/agents/$agentId/edit");

export function NewAgent() {
  return (
    <>
      <PageHeader title="New agent" lead="A role with its instructions, and what it may do." />
      <Allowed>
        <Form agentId={undefined} />
      </Allowed>
    </>
  );
}

export function EditAgent() {
  const { agentId } = route.useParams();
  const name = useQuery(agentsQuery).data?.find(({ id }) => id === agentId)?.name;
  return (
    <>
      <PageHeader
        title={name ? `Change ${name}` : "Change an agent"}
        lead="A new version, from now on. Runs that are under way keep the one that they began with."
      />
      <Allowed>
        <Form key={agentId} agentId={agentId} />
      </Allowed>
    </>
  );
}

function Allowed({ children }: { children: ReactNode }) {
  return may(useSession(), "agents:write") ? children : <NotForYou needs="agents:write" />;
}

function Form({ agentId }: { agentId: string | undefined }) {
  const navigate = useNavigate();
  const agents = useQuery(agentsQuery);
  const tools = useQuery(toolsQuery);
  const models = useQuery(modelsQuery);
  const form = (agent: Agent | undefined, all: readonly Agent[]) => (
    <Loaded query={tools} what="The tools" lines={5}>
      {(known) => (
        <Loaded query={models} what="The models" lines={5}>
          {(found) => (
            <AgentForm
              agent={agent}
              agents={all}
              tools={known}
              models={found}
              onSaved={() => void navigate({ to: "/agents" })}
            />
          )}
        </Loaded>
      )}
    </Loaded>
  );
  return (
    <Loaded query={agents} what="The agents" lines={5}>
      {(all) => {
        if (agentId === undefined) return form(undefined, all);
        const agent = all.find(({ id }) => id === agentId);
        return agent ? form(agent, all) : <NoSuchAgent />;
      }}
    </Loaded>
  );
}

function NoSuchAgent() {
  const back = (
    <Link to="/agents" className={buttonClass("quiet")}>
      All agents
    </Link>
  );
  return (
    <EmptyState icon="circle-dashed" title="There is no such agent here" action={back}>
      The link may be mistyped, or the agent belongs to another workspace.
    </EmptyState>
  );
}
