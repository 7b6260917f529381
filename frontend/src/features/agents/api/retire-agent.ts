import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";

/** Has nothing new be done by an agent; its name stays its own. */
export async function retireAgent(agentId: string): Promise<void> {
  const params = { path: { agent_id: agentId } };
  noteSeen((await unwrap(client.DELETE("/api/agents/{agent_id}", { params }))).position);
}
