import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { LimitInUse, SetLimit } from "~/lib/api/types";

export async function setLimit(body: SetLimit): Promise<void> {
  noteSeen((await unwrap(client.PUT("/api/concurrency", { body }))).position);
}

export async function removeLimit({ kind, subject }: LimitInUse): Promise<void> {
  const params = { query: { kind, subject } };
  noteSeen((await unwrap(client.DELETE("/api/concurrency", { params }))).position);
}
