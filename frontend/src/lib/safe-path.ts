export const START = "/runs";

/** Where to go on to, as an address asked for it: a path of this page itself but the sign-in, or else its start. */
export function safePath(wished: string | undefined): string {
  if (!wished?.startsWith("/") || /^\/[/\\]|^\/login(?![^?#/])|[\t\n\r]/.test(wished)) return START;
  return wished;
}
