import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { CreatedMember, CreateMember } from "~/lib/api/types";

/** Makes an account. Its link is in this answer and nowhere else. */
export function createMember(request: { body: CreateMember; key: string }): Promise<CreatedMember> {
  const params = { header: { "Idempotency-Key": request.key } };
  return unwrap(client.POST("/api/members", { body: request.body, params }));
}
