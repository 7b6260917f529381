import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

interface Change {
  password: string;
  new_password: string;
}

/** Every sign-in ends; this browser gets a new one in its place. */
export async function changePassword(change: Change): Promise<void> {
  await unwrap(client.POST("/api/profile/password", { body: change }));
}
