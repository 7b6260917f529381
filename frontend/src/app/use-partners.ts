import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { agentsQuery } from "~/features/agents/api/list-agents";
import type { Partner } from "~/features/sessions/start-form";
import { workflowsQuery } from "~/features/workflows/api/list-workflows";
import type { SessionSummary } from "~/lib/api/types";

/** Those with whom one can talk, and what those are called with whom one talks. */
export function usePartners(): { partners: Partner[]; nameOf: (session: SessionSummary) => string } {
  const agents = useQuery(agentsQuery).data;
  const workflows = useQuery(workflowsQuery).data;
  const nameOf = useCallback(
    ({ agent_id, workflow_id }: SessionSummary) => {
      const known = agent_id
        ? agents?.find(({ id }) => id === agent_id)
        : workflows?.find(({ id }) => id === workflow_id);
      return known?.name ?? (agent_id ? "an agent" : "a team");
    },
    [agents, workflows],
  );
  const partners: Partner[] = [
    ...(agents ?? [])
      .filter(({ status }) => status !== "retired")
      .map(({ id, name }) => ({ kind: "agent" as const, id, name })),
    ...(workflows ?? [])
      .filter(({ status }) => status !== "archived")
      .map(({ id, name }) => ({ kind: "team" as const, id, name })),
  ];
  return { partners, nameOf };
}
