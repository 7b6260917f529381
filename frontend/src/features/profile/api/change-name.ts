import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { Profile } from "~/lib/api/types";

export function changeName(name: string): Promise<Profile> {
  return unwrap(client.PATCH("/api/profile", { body: { name } }));
}
