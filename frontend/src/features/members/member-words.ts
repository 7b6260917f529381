import type { Member } from "~/lib/api/types";

/** How a member is called where the name is not known, or is known no more. */
export function memberName(member: Pick<Member, "email" | "name">): string {
  return member.name || member.email || "Without a name";
}

/** How a member can sign in. */
export function methodWords(methods: readonly string[]): string {
  if (methods.length === 0) return "Cannot sign in yet";
  const named = methods.map((method) =>
    method === "password" ? "the password" : method.replace(/^oidc:/, ""),
  );
  return `Signs in with ${named.join(" or ")}`;
}
