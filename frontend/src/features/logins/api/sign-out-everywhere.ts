import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Every sign-in of the person ends, this one too. */
export async function signOutEverywhere(): Promise<void> {
  await unwrap(client.DELETE("/api/logins"));
}
