import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export async function withdrawInvitation(invitationId: string): Promise<void> {
  const params = { path: { invitation_id: invitationId } };
  await unwrap(client.DELETE("/api/invitations/{invitation_id}", { params }));
}
