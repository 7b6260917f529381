import { TextField } from "~/components/text-field";
import { type AgentDraft, type AgentFaults, LIMITS, type LimitName } from "~/features/agents/agent-draft";

const LABELS: Record<LimitName, string> = {
  turns: "Calls of models",
  tool_calls: "Calls of tools",
  fan_out: "Tools side by side",
  depth: "Agents that ask each other in a row",
  tokens: "Tokens (optional)",
  seconds: "Seconds (optional)",
  dollars: "Dollars (optional)",
};

interface Props {
  limits: AgentDraft["limits"];
  faults: AgentFaults;
  onLimits: (limits: AgentDraft["limits"]) => void;
}

/** The most that an agent does in one step. */
export function LimitFields({ limits, faults, onLimits }: Props) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">Limits</legend>
      <p className="mb-3 text-sm text-fg-3">
        The most that it does for one answer or one step. What is left open is bounded by the run alone.
      </p>
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        {LIMITS.map((name) => (
          <TextField
            key={name}
            label={LABELS[name]}
            inputMode={name === "dollars" || name === "seconds" ? "decimal" : "numeric"}
            autoComplete="off"
            value={limits[name]}
            onValue={(value) => onLimits({ ...limits, [name]: value })}
            error={faults[name]}
          />
        ))}
      </div>
    </fieldset>
  );
}
