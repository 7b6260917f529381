import type { Part } from "~/features/agents/agent-form";
import { Choices } from "~/features/agents/choices";
import { LimitFields } from "~/features/agents/limit-fields";
import type { Tool } from "~/lib/api/types";

const EFFECTS: Record<Tool["effect"], string> = {
  read: "",
  write: "It changes something here. ",
  external: "It acts outside of Z2. ",
  money: "It costs money. ",
};

/** What the agent can do: its tools, the agents that it may ask, and how much of it. */
export function ReachFields({ draft, faults, change, agent, tools, agents }: Part) {
  const others = agents.filter(({ status }) => status !== "retired");
  return (
    <section aria-label="What it can do" className="card grid gap-6 p-5 sm:p-6">
      <Choices
        legend="Tools"
        lead="What it may call. Without tools it answers from what it is told."
        choices={tools.map((tool) => ({ name: tool.name, about: aboutTool(tool) }))}
        chosen={draft.tools}
        onChange={(chosen) => change({ tools: chosen })}
        error={faults.tools}
      />
      <Choices
        legend="Colleagues"
        lead="The agents that it may ask. Each answer of theirs is a run, which counts for its limits."
        choices={others.map(({ id, name, role }) => ({
          name,
          about: id === agent?.id ? `It itself: ${role}` : role,
        }))}
        chosen={draft.colleagues}
        onChange={(colleagues) => change({ colleagues })}
        error={faults.colleagues}
      />
      <LimitFields limits={draft.limits} faults={faults} onLimits={(limits) => change({ limits })} />
    </section>
  );
}

function aboutTool({ description, effect, untrusted }: Tool): string {
  return `${description} ${EFFECTS[effect]}${untrusted ? "What it gives was written by others." : ""}`.trim();
}
