import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import type { WaitingDevice } from "~/lib/api/types";

/** What asks to be let in under a code. */
export function readDevice(code: string): Promise<WaitingDevice> {
  return unwrap(client.GET("/api/device/{user_code}", { params: { path: { user_code: code } } }));
}
