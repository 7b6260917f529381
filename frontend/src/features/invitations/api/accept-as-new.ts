import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

interface NewAccount {
  invitation: string;
  name: string;
  password: string;
}

/** Joins with a new account. The browser is signed in then, by a cookie that no script can read. */
export async function acceptAsNew(account: NewAccount): Promise<void> {
  await unwrap(client.POST("/api/invitations/accept-as-new", { body: { ...account, kind: "browser" } }));
}
