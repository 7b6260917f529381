import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Nobody can use the account any more, until it is enabled again. */
export async function disableMember(userId: string): Promise<void> {
  await unwrap(client.POST("/api/members/{user_id}/disable", { params: { path: { user_id: userId } } }));
}
