import { SelectField } from "~/components/select-field";
import { TextArea } from "~/components/text-area";
import { TextField } from "~/components/text-field";
import type { Task } from "~/features/agents/agent-draft";
import type { Part } from "~/features/agents/agent-form";
import { MAX_TITLE } from "~/lib/text-document";

const TASKS: readonly { value: Task; label: string }[] = [
  { value: "answer", label: "Answer" },
  { value: "compose", label: "Compose" },
  { value: "summarise", label: "Summarise" },
  { value: "key_phrases", label: "Find key phrases" },
];

/** Who the agent is and how it works. */
export function RoleFields({ draft, faults, change, agent, models }: Part) {
  const ready = models.filter((model) => model.available).map(({ id }) => id);
  const ids = [...new Set(["default", "route/auto", draft.model, ...ready])];
  return (
    <section aria-label="Who it is" className="card grid gap-5 p-5 sm:p-6">
      <div className="grid gap-5 sm:grid-cols-2">
        {agent === undefined && (
          <TextField
            label="Name"
            maxLength={MAX_TITLE}
            autoComplete="off"
            placeholder="Librarian"
            value={draft.name}
            onValue={(name) => change({ name })}
            error={faults.name}
            hint="It keeps its name for ever."
          />
        )}
        <TextField
          label="Role"
          maxLength={MAX_TITLE}
          autoComplete="off"
          placeholder="Finds what has been written"
          value={draft.role}
          onValue={(role) => change({ role })}
          error={faults.role}
        />
      </div>
      <TextArea
        label="Instructions"
        rows={6}
        maxLength={20_000}
        value={draft.instructions}
        onValue={(instructions) => change({ instructions })}
        error={faults.instructions}
        hint="As you would tell a colleague. It is told them with every task."
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          label="Work"
          value={draft.task}
          options={TASKS}
          onValue={(task) => change({ task: task as Task })}
          error={faults.task}
          hint="The offline engine does exactly this; a language model is told."
        />
        <SelectField
          label="Model"
          value={draft.model}
          options={ids.map((id) => ({ value: id, label: LABELS[id] ?? id }))}
          onValue={(model) => change({ model })}
          error={faults.model}
        />
      </div>
    </section>
  );
}

const LABELS: Record<string, string> = {
  default: "The default of this installation",
  "route/auto": "The one that suits best (route/auto)",
};
