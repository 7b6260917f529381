import { useEffect, useMemo, useSyncExternalStore } from "react";
import { RunStore, type Snapshot } from "~/features/runs/live/run-store";

/** A run as it happens, for as long as the component stands; `retry` reads it again after a failure. */
export function useRun(runId: string, onRefused: () => void): { snapshot: Snapshot; retry: () => void } {
  const store = useMemo(() => new RunStore(runId, onRefused), [runId, onRefused]);
  useEffect(() => {
    void store.start();
    return store.stop;
  }, [store]);
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot);
  return { snapshot, retry: () => void store.start() };
}
