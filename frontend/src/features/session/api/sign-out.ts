import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

export async function signOut(): Promise<void> {
  await unwrap(client.DELETE("/api/session"));
}
