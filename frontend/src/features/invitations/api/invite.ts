import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { Invite, NewInvitation } from "~/lib/api/types";

/** Invites somebody. The link is in this answer and nowhere else, unless it went out by mail. */
export function invite(body: Invite): Promise<NewInvitation> {
  return unwrap(client.POST("/api/invitations", { body }));
}
