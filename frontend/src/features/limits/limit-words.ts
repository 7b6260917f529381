import type { LimitInUse } from "~/lib/api/types";

export type Kind = LimitInUse["kind"];

/** Of which things of a kind there are some here, by what the API calls each. */
export interface Subject {
  value: string;
  label: string;
}

export const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "workspace", label: "Steps of the workspace" },
  { value: "agent", label: "Steps of an agent" },
  { value: "provider", label: "Steps that ask a provider" },
  { value: "workflow", label: "Runs of a workflow" },
];

const EACH: Record<Kind, string> = {
  workspace: "All steps of the workspace",
  agent: "Steps of each agent",
  provider: "Steps of each provider",
  workflow: "Runs of each workflow",
};

/** What a limit is of, as people say it. */
export function limitName({ kind, subject }: LimitInUse, subjects: readonly Subject[]): string {
  if (subject === "") return EACH[kind];
  const name = subjects.find((one) => one.value === subject)?.label ?? subject;
  if (kind === "workflow") return `Runs of ${name}`;
  return kind === "provider" ? `Steps that ask ${name}` : `Steps of ${name}`;
}
