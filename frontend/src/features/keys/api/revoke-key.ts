import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

export async function revokeKey(keyId: string): Promise<void> {
  const reply = client.DELETE("/api/keys/{key_id}", { params: { path: { key_id: keyId } } });
  noteSeen((await unwrap(reply)).position);
}
