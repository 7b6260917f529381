import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import type { Memory } from "~/features/agents/agent-draft";
import type { Part } from "~/features/agents/agent-form";

const MEMORIES: readonly { value: Memory; label: string }[] = [
  { value: "off", label: "None" },
  { value: "read", label: "It is told what is remembered" },
  { value: "write", label: "It is told, and may remember more" },
];

/** What the agent is told, and what it keeps. */
export function MindFields({ draft, faults, change, models }: Part) {
  const ready = models.filter((model) => model.available).map(({ id }) => id);
  const ids = [...new Set(["", draft.summaryModel, ...ready])];
  return (
    <section aria-label="What it is told" className="card grid gap-5 p-5 sm:grid-cols-2 sm:p-6">
      <SelectField
        label="Memory"
        value={draft.memory}
        options={MEMORIES}
        onValue={(memory) => change({ memory: memory as Memory })}
        error={faults.memory}
      />
      <TextField
        label="Prompt template (optional)"
        placeholder="support@production"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={draft.prompt}
        onValue={(prompt) => change({ prompt })}
        error={faults.prompt}
        hint="By its name, at a label or a version."
      />
      <TextField
        label="Context, in tokens (optional)"
        inputMode="numeric"
        autoComplete="off"
        value={draft.contextTokens}
        onValue={(contextTokens) => change({ contextTokens })}
        error={faults.context_tokens}
        hint="At most so many are told in one call, where that is less than its model takes."
      />
      <SelectField
        label="What shortens what becomes too long"
        value={draft.summaryModel}
        options={ids.map((id) => ({ value: id, label: id || "Its key sentences are kept" }))}
        onValue={(summaryModel) => change({ summaryModel })}
        error={faults.summary_model}
      />
    </section>
  );
}
