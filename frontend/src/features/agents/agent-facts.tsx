import type { ReactNode } from "react";
import type { Agent } from "~/lib/api/types";
import { formatCost, formatCount, formatDay } from "~/lib/format";

const MEMORY: Record<Agent["memory"], string> = {
  off: "",
  read: "is told what is remembered",
  write: "is told what is remembered, and remembers more",
};

/** What is to be known of an agent at a glance; what it has none of is not told. */
export function AgentFacts({ agent }: { agent: Agent }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      <Fact label="Work">{agent.task.replace("_", " ")}</Fact>
      <Fact label="Model">
        {agent.model === "default" ? "the default of this installation" : agent.model}
      </Fact>
      <Fact label="Tools">{agent.tools.join(", ")}</Fact>
      <Fact label="Colleagues">{agent.colleagues.join(", ")}</Fact>
      <Fact label="Memory">{MEMORY[agent.memory]}</Fact>
      <Fact label="Prompt">{agent.prompt}</Fact>
      {agent.tools.length + agent.colleagues.length > 0 && <Fact label="Limits">{limitWords(agent)}</Fact>}
      <Fact label="Version">
        {agent.version}, {agent.status}, since {formatDay(agent.created_at)}
      </Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (children === "") return null;
  return (
    <>
      <dt className="text-fg-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function limitWords({ limits }: Agent): string {
  const bounds = [
    `${limits.turns} calls of models`,
    `${limits.tool_calls} of tools`,
    limits.tokens !== null && `${formatCount(limits.tokens)} tokens`,
    limits.micro_usd !== null && formatCost(limits.micro_usd),
    limits.seconds !== null && `${limits.seconds} s`,
  ];
  return bounds.filter(Boolean).join(", ");
}
