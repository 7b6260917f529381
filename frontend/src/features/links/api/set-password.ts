import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

interface Choice {
  link: string;
  password: string;
  name: string | null;
}

/** Chooses a password. The browser is signed in then, by a cookie that no script can read. */
export async function setPassword(choice: Choice): Promise<void> {
  await unwrap(client.POST("/api/links/password", { body: { ...choice, kind: "browser" } }));
}
