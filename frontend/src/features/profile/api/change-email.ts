import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { ChangedEmail } from "~/lib/api/types";

interface Change {
  /** Null takes the address away. */
  email: string | null;
  password: string;
}

export function changeEmail(change: Change): Promise<ChangedEmail> {
  return unwrap(client.POST("/api/profile/email", { body: change }));
}
