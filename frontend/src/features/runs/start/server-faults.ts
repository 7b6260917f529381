import type { Faults } from "~/features/runs/start/draft";
import type { Problem } from "~/lib/api/problem";

/** The fields of the form by the names that the API has for them. */
const FIELDS: Record<keyof Faults, readonly string[]> = {
  work: ["template", "workflow_id"],
  title: ["title"],
  text: ["text", "data", "input"],
  model: ["model"],
};

/** The server's own findings, at the fields they are about. */
export function faultsFrom(problem: Problem | undefined): Faults {
  const found: Faults = {};
  if (problem === undefined) return found;
  for (const [field, names] of Object.entries(FIELDS) as [keyof Faults, readonly string[]][]) {
    const message = names.map((name) => problem.field(name)).find((said) => said !== undefined);
    if (message !== undefined) found[field] = message;
  }
  return found;
}

/** Whether each of the findings stands at a field, so that nothing is left to be told. */
export function allAtFields(problem: Problem): boolean {
  const shown = Object.values(faultsFrom(problem));
  return problem.errors.length > 0 && problem.errors.every((error) => shown.includes(error.message));
}
