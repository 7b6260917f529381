import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export async function renameWorkspace(workspaceId: string, name: string): Promise<void> {
  const params = { path: { workspace_id: workspaceId } };
  await unwrap(client.POST("/api/workspaces/{workspace_id}/name", { body: { name }, params }));
}
