import { Icon } from "~/components/icon";
import type { Agent } from "~/lib/api/types";
import { formatDay } from "~/lib/format";

export function AgentCard({ agent }: { agent: Agent }) {
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
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        <dt className="text-fg-3">Work</dt>
        <dd>{agent.task.replace("_", " ")}</dd>
        <dt className="text-fg-3">Model</dt>
        <dd className="break-words">
          {agent.model === "default" ? "the default of this installation" : agent.model}
        </dd>
        <dt className="text-fg-3">Version</dt>
        <dd>
          {agent.version}, {agent.status}, since {formatDay(agent.created_at)}
        </dd>
      </dl>
      <details className="group text-sm">
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          Instructions
        </summary>
        <p className="mt-2 border-l-[3px] border-line pl-4 break-words whitespace-pre-wrap text-fg-3">
          {agent.instructions}
        </p>
      </details>
    </li>
  );
}
