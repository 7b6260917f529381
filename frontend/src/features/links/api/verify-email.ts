import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Proves that an address is one's own, and gives the address. */
export async function verifyEmail(link: string): Promise<string> {
  return (await unwrap(client.POST("/api/links/email", { body: { link } }))).email;
}
