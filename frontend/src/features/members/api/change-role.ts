import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export async function changeRole(userId: string, role: string): Promise<void> {
  const params = { path: { user_id: userId } };
  await unwrap(client.POST("/api/members/{user_id}/role", { body: { role }, params }));
}
