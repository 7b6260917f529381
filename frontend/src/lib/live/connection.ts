export type ConnectionState = "idle" | "connecting" | "live" | "reconnecting";

let state: ConnectionState = "idle";
const listeners = new Set<() => void>();

/** Says how the one live connection of this page is. */
export function setConnection(next: ConnectionState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

export function getConnection(): ConnectionState {
  return state;
}

export function subscribeConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
