import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { Ask, Decide } from "~/lib/api/types";

/** Approves, edits or rejects what a step shows. */
export async function decideStep(ask: Ask, body: Decide): Promise<void> {
  const params = { path: { run_id: ask.run_id, step: ask.step } };
  noteSeen(
    (await unwrap(client.POST("/api/runs/{run_id}/steps/{step}/decision", { params, body }))).position,
  );
}

/** Answers what a step asks: with a text, or with data where it wants more than that. */
export async function answerStep(ask: Ask, answer: unknown): Promise<void> {
  const params = { path: { run_id: ask.run_id, step: ask.step } };
  const body = typeof answer === "string" ? { text: answer } : { data: answer };
  noteSeen((await unwrap(client.POST("/api/runs/{run_id}/steps/{step}/answer", { params, body }))).position);
}
