import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

export async function endLogin(loginId: string): Promise<void> {
  const reply = client.DELETE("/api/logins/{login_id}", { params: { path: { login_id: loginId } } });
  noteSeen((await unwrap(reply)).position);
}
