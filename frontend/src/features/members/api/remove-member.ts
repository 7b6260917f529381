import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export async function removeMember(userId: string): Promise<void> {
  await unwrap(client.DELETE("/api/members/{user_id}", { params: { path: { user_id: userId } } }));
}
