import type { Template } from "~/lib/api/types";

/** The steps of a template by their names; one without a name is called by its kind, as a word. */
export function namedSteps(template: Template) {
  return template.steps.map(({ id, kind, role, needs }) => ({
    id,
    needs,
    name: role === kind ? kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("_", " ") : role,
  }));
}
