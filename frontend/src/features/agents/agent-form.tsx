import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "~/components/button";
import { ProblemNotice } from "~/components/notice";
import {
  type AgentDraft,
  type AgentFaults,
  draftOf,
  EMPTY_AGENT,
  faultsOf,
  toNewAgent,
  toRevision,
} from "~/features/agents/agent-draft";
import { createAgent } from "~/features/agents/api/create-agent";
import { reviseAgent } from "~/features/agents/api/revise-agent";
import { MindFields } from "~/features/agents/mind-fields";
import { ReachFields } from "~/features/agents/reach-fields";
import { RoleFields } from "~/features/agents/role-fields";
import { type Problem, toProblem } from "~/lib/api/problem";
import type { Agent, Model, Tool } from "~/lib/api/types";
import { newKey } from "~/lib/new-key";

export interface Surroundings {
  models: readonly Model[];
  tools: readonly Tool[];
  agents: readonly Agent[];
}

interface Props extends Surroundings {
  /** The one that is changed; without it a new one is made. */
  agent: Agent | undefined;
  onSaved: () => void;
}

/** Makes an agent, or a new version of one. */
export function AgentForm({ agent, onSaved, ...around }: Props) {
  const [draft, setDraft] = useState<AgentDraft>(() => (agent ? draftOf(agent) : EMPTY_AGENT));
  const [faults, setFaults] = useState<AgentFaults>({});
  const key = useRef(newKey());
  const form = useRef<HTMLFormElement>(null);
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      agent
        ? reviseAgent(agent.id, toRevision(draft, agent))
        : createAgent({ body: toNewAgent(draft), key: key.current }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["agents"] });
      onSaved();
    },
  });
  const problem = save.error ? toProblem(save.error) : undefined;
  const change = (next: Partial<AgentDraft>) => {
    key.current = newKey();
    setFaults({});
    if (save.isError) save.reset();
    setDraft({ ...draft, ...next });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    const found = faultsOf(draft);
    setFaults(found);
    if (Object.keys(found).length === 0) return save.mutate();
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const parts = { draft, faults: { ...said(problem), ...faults }, change, agent, ...around };
  return (
    <form ref={form} noValidate onSubmit={submit} className="grid gap-6">
      <RoleFields {...parts} />
      <ReachFields {...parts} />
      <MindFields {...parts} />
      {problem && <ProblemNotice what="The agent was not saved" problem={problem} />}
      <div>
        <Button type="submit" kind="primary" icon="check" busy={save.isPending}>
          {agent ? "Save as a new version" : "Make the agent"}
        </Button>
      </div>
    </form>
  );
}

export interface Part extends Surroundings {
  draft: AgentDraft;
  faults: AgentFaults;
  change: (next: Partial<AgentDraft>) => void;
  agent: Agent | undefined;
}

/** What the API says of fields, by the last part of their names; one of several, such as `tools[2]`, is told for all. */
function said(problem: Problem | undefined): AgentFaults {
  const told = (problem?.errors ?? []).map(({ field, message }) => {
    const name = (field.split(".").at(-1) ?? field).replace(/\[\d+\]$/, "");
    return [name === "micro_usd" ? "dollars" : name, message] as const;
  });
  return Object.fromEntries(told);
}
