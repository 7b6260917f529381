import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export async function removeRole(role: string): Promise<void> {
  await unwrap(client.DELETE("/api/roles/{role}", { params: { path: { role } } }));
}
