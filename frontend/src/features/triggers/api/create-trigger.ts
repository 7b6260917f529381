import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { CreateTrigger, TriggerSecret } from "~/lib/api/types";

/** Makes a trigger. Its secret is in this answer and nowhere else. */
export async function createTrigger(body: CreateTrigger): Promise<TriggerSecret> {
  const made = await unwrap(client.POST("/api/triggers", { body }));
  noteSeen(made.position);
  return made;
}
