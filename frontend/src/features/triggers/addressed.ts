/** The whole address of a path of this Z2, as another system needs it. */
export function addressed(path: string): string {
  return new URL(path, window.location.origin).href;
}
