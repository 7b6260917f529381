import type { Problem } from "~/lib/api/problem";

/** Whether a refusal says that a one-time link is no good: not one of ours, used, replaced or too old. */
export function isVoid(problem: Problem): boolean {
  return (
    problem.code === "link_void" ||
    problem.field("link") !== undefined ||
    problem.field("invitation") !== undefined
  );
}
