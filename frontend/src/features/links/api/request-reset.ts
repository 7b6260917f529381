import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Asks for a new password, and gives whether Z2 can send mail: the same for everybody, known or not. */
export async function requestReset(name: string): Promise<boolean> {
  return (await unwrap(client.POST("/api/password-resets", { body: { name } }))).mail;
}
