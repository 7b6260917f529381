export type ConnectionState = "idle" | "connecting" | "live" | "reconnecting";

/** Of several streams at once, the one that stands worst is told. */
const WORST_FIRST: readonly ConnectionState[] = ["reconnecting", "connecting", "live"];

const open = new Map<object, ConnectionState>();
const listeners = new Set<() => void>();
let state: ConnectionState = "idle";

/** Says how one live stream of this page is; an idle one is none. */
export function setConnection(stream: object, next: ConnectionState): void {
  if (next === "idle") open.delete(stream);
  else open.set(stream, next);
  const states = [...open.values()];
  const told = WORST_FIRST.find((each) => states.includes(each)) ?? "idle";
  if (told === state) return;
  state = told;
  for (const listener of listeners) listener();
}

export function getConnection(): ConnectionState {
  return state;
}

export function subscribeConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
