import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Run, Step } from "~/lib/api/types";

/** What a step waits for where people are asked; an agent asks for an `answer` by itself. */
export const ASKING: readonly string[] = ["approval", "input", "answer"];

/** Whether the run waits for people, as far as its own steps go. */
export function asksPeople(run: Run): boolean {
  return run.steps.some(isAsking);
}

/** Has what else is shown of a run read anew, once the run has been. */
export function useReadAnew(run: Run): void {
  const queryClient = useQueryClient();
  const asked = `${run.status} ${run.steps.filter(isAsking).map(words).join(" ")}`;
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: ["why", run.id] });
  }, [queryClient, run]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked makes the inbox old
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: ["inbox"] });
  }, [queryClient, asked]);
}

function isAsking(step: Step): boolean {
  return step.waiting !== null && ASKING.includes(step.waiting.waits_for);
}

function words(step: Step): string {
  return `${step.id}:${step.attempt}:${step.waiting?.escalated}`;
}
