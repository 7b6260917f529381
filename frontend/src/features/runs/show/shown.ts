import { createContext, useContext } from "react";
import type { Act } from "~/features/runs/acting/acts";
import type { ModelCall } from "~/features/runs/acting/model-calls";
import type { Draft } from "~/features/runs/live/run-state";
import type { Run } from "~/lib/api/types";

/** What the steps on the page are steps of, with what is being written and the runs that steps have started. */
export interface Shown {
  run: Run;
  drafts: Readonly<Record<string, Draft>>;
  started: ReadonlyMap<string, string>;
  /** What the agents of steps have done with tools, and what their models are told less of. */
  acts: ReadonlyMap<string, readonly Act[]>;
  /** The calls of models that steps have made. */
  calls: ReadonlyMap<string, readonly ModelCall[]>;
  /** Whether the run has begun to undo what it did, so that it cannot go on any more. */
  undone: boolean;
}

export const ShownContext = createContext<Shown | undefined>(undefined);

export function useShown(): Shown {
  const shown = useContext(ShownContext);
  if (shown === undefined) throw new Error("steps stand on the page of a run");
  return shown;
}
