import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { Ask, Outcome } from "~/lib/api/types";

const AT_ONCE = 1_000;

/** Decides several approvals alike. Each is taken or refused by itself, and the answer says so of each. */
export async function decideMany(
  asks: readonly Ask[],
  decision: "approve" | "reject",
  note: string,
): Promise<Outcome[]> {
  const items = asks.map(({ run_id, step }) => ({ run_id, step, decision, note }));
  const outcomes: Outcome[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const body = { items: items.slice(from, from + AT_ONCE) };
    outcomes.push(...(await unwrap(client.POST("/api/inbox/decisions", { body }))).items);
  }
  noteSeen(Math.max(0, ...outcomes.map(({ position }) => position ?? 0)));
  return outcomes;
}
