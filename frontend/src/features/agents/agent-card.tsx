import { Link } from "@tanstack/react-router";
import { AskingButton } from "~/components/asking-button";
import { buttonClass } from "~/components/button";
import { Icon } from "~/components/icon";
import { AgentFacts } from "~/features/agents/agent-facts";
import { retireAgent } from "~/features/agents/api/retire-agent";
import type { Agent } from "~/lib/api/types";

export interface AgentRights {
  write: boolean;
  ask: boolean;
}

export function AgentCard({ agent, rights }: { agent: Agent; rights: AgentRights }) {
  return (
    <li className="card flex flex-col gap-4 p-5">
      <div className="flex items-start gap-4">
        <span className="grid size-11 shrink-0 place-items-center rounded-control bg-overlay text-thought">
          <Icon name="bot" className="size-6" />
        </span>
        <div className="min-w-0">
          <h2 className="text-lg font-semibold break-words">{agent.name}</h2>
          <p className="break-words text-fg-2">{agent.role}</p>
        </div>
      </div>
      <AgentFacts agent={agent} />
      <details className="group text-sm">
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          Instructions
        </summary>
        <p className="mt-2 border-l-[3px] border-line pl-4 break-words whitespace-pre-wrap text-fg-3">
          {agent.instructions}
        </p>
      </details>
      {agent.status !== "retired" && <Doing agent={agent} rights={rights} />}
    </li>
  );
}

function Doing({ agent, rights }: { agent: Agent; rights: AgentRights }) {
  return (
    <div className="mt-auto flex flex-wrap gap-2 empty:hidden">
      {rights.ask && (
        <Link
          to="/chat"
          search={{ with: agent.id }}
          aria-label={`Talk with ${agent.name}`}
          className={buttonClass("quiet", true)}
        >
          <Icon name="message-square" />
          Talk
        </Link>
      )}
      {rights.write && (
        <>
          <Link
            to="/agents/$agentId/edit"
            params={{ agentId: agent.id }}
            aria-label={`Change ${agent.name}`}
            className={buttonClass("quiet", true)}
          >
            <Icon name="pencil" />
            Change
          </Link>
          <AskingButton
            label="Retire"
            about={agent.name}
            icon="ban"
            question={`Retire ${agent.name}?`}
            confirm="Retire it"
            failed="It was not retired"
            act={() => retireAgent(agent.id)}
          >
            <p>Nothing new is done by it. What is under way goes on, and its name stays its own.</p>
          </AskingButton>
        </>
      )}
    </div>
  );
}
