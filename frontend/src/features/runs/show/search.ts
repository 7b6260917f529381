export const RUN_VIEWS = ["steps", "result", "input", "timeline"] as const;
export type RunView = (typeof RUN_VIEWS)[number];

/** Which part of a run is shown, as its address carries it. */
export function readRunSearch(search: Record<string, unknown>): { view?: RunView } {
  const view = RUN_VIEWS.find((known) => known === search.view);
  return view ? { view } : {};
}
