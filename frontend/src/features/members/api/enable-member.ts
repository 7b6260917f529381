import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export async function enableMember(userId: string): Promise<void> {
  await unwrap(client.POST("/api/members/{user_id}/enable", { params: { path: { user_id: userId } } }));
}
