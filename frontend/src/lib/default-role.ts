/** The role that somebody new is offered first; the list of roles may come later than the form. */
export function defaultRole(roles: readonly string[]): string {
  return roles.includes("user") ? "user" : (roles[0] ?? "");
}
