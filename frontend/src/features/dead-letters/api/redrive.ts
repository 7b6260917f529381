import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { DeadLetter, Outcome } from "~/lib/api/types";

/** The most that the API takes at once. */
export const AT_ONCE = 1_000;

/** Has failed steps done again. Each is taken or refused by itself, and the answer says so of each. */
export async function redrive(letters: readonly DeadLetter[]): Promise<Outcome[]> {
  const items = letters.slice(0, AT_ONCE).map(({ run_id, step }) => ({ run_id, step }));
  const { items: outcomes } = await unwrap(client.POST("/api/dead-letters/redrive", { body: { items } }));
  noteSeen(Math.max(0, ...outcomes.map(({ position }) => position ?? 0)));
  return outcomes;
}
