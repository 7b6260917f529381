import { useState } from "react";
import { SelectField } from "~/components/select-field";
import type { Posting } from "~/features/sessions/api/post-message";
import { startSession } from "~/features/sessions/api/start-session";
import { Composer } from "~/features/sessions/composer";
import { useSaying } from "~/features/sessions/use-saying";

/** With whom one can talk: an agent or a team, by a name and the id that the API knows it under. */
export interface Partner {
  kind: "agent" | "team";
  id: string;
  name: string;
}

interface Props {
  partners: readonly Partner[];
  /** The id of the one with whom somebody came here to talk. */
  first: string | undefined;
  onStarted: (sessionId: string) => void;
}

/** Begins a conversation with its first question. */
export function StartForm({ partners, first, onStarted }: Props) {
  const [chosen, setChosen] = useState(first);
  const partner = partners.find(({ id }) => id === chosen) ?? partners[0];
  const start = useSaying(
    ({ body, key }: Posting) => {
      const whom = partner?.kind === "team" ? { workflow_id: partner.id } : { agent_id: partner?.id ?? "" };
      return startSession({ body: { ...whom, message: body }, key });
    },
    (asked) => onStarted(asked.id),
  );
  if (partner === undefined) return null;
  return (
    <section aria-label="New conversation" className="grid grid-cols-1 gap-4">
      <h2 className="text-xl font-semibold">New conversation</h2>
      <SelectField
        label="With whom"
        value={partner.id}
        options={partners.map(({ kind, id, name }) => ({
          value: id,
          label: kind === "team" ? `${name} (a team)` : name,
        }))}
        onValue={setChosen}
        error={start.problem?.field("agent_id") ?? start.problem?.field("workflow_id")}
      />
      <Composer
        key={partner.id}
        label="Your question"
        send="Ask"
        busy={start.isPending}
        problem={start.problem}
        onSend={start.taken}
      />
    </section>
  );
}
