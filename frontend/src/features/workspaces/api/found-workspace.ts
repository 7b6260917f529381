import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Founds a workspace; the same key again answers with the same one instead of founding a second. */
export async function foundWorkspace(request: { name: string; key: string }): Promise<void> {
  const params = { header: { "Idempotency-Key": request.key } };
  const { position } = await unwrap(client.POST("/api/workspaces", { body: { name: request.name }, params }));
  noteSeen(position);
}
