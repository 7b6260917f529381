import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { DefineRole } from "~/lib/api/types";

export async function defineRole(body: DefineRole): Promise<void> {
  await unwrap(client.POST("/api/roles", { body }));
}
