import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

interface Decision {
  code: string;
  approve: boolean;
  /** Proves that the person has been shown what asks. */
  confirmation: string;
}

/** Lets what asks in as the person, or not; gives what was decided. */
export async function decideDevice({ code, approve, confirmation }: Decision): Promise<boolean> {
  const params = { path: { user_code: code } };
  const body = { approve, confirmation };
  return (await unwrap(client.POST("/api/device/{user_code}", { params, body }))).approved;
}
