import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Joins with the account that is signed in, and goes on in the workspace that it leads to. */
export async function acceptInvitation(invitation: string): Promise<void> {
  const { id } = await unwrap(client.POST("/api/invitations/accept", { body: { invitation } }));
  await unwrap(client.POST("/api/session/workspace", { body: { workspace_id: id } }));
}
