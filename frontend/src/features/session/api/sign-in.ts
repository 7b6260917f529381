import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Signs in. The session comes back as a cookie that no script can read. */
export async function signIn(credentials: { name: string; password: string }): Promise<void> {
  await unwrap(client.POST("/api/session", { body: { ...credentials, kind: "browser" } }));
}
