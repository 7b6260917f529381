import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { ReviseAgent } from "~/lib/api/types";

/** Has an agent be as the body says from now on, as a new version. */
export async function reviseAgent(agentId: string, body: ReviseAgent): Promise<void> {
  const params = { path: { agent_id: agentId } };
  noteSeen((await unwrap(client.PUT("/api/agents/{agent_id}", { params, body }))).position);
}
