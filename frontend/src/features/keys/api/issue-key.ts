import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { IssuedKey, IssueKey } from "~/lib/api/types";

/** Issues a key. It is in this answer and nowhere else. */
export async function issueKey(body: IssueKey): Promise<IssuedKey> {
  const issued = await unwrap(client.POST("/api/keys", { body }));
  noteSeen(issued.position);
  return issued;
}
