import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Goes on in another workspace: the browser gets another cookie, and what it had read is of no use. */
export async function switchWorkspace(workspaceId: string): Promise<void> {
  await unwrap(client.POST("/api/session/workspace", { body: { workspace_id: workspaceId } }));
}
