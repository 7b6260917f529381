import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { IssuedPasswordLink } from "~/lib/api/types";

/** A link with which a member chooses a password. It is in this answer and nowhere else. */
export function issuePasswordLink(userId: string): Promise<IssuedPasswordLink> {
  return unwrap(client.POST("/api/password-links", { body: { user_id: userId } }));
}
