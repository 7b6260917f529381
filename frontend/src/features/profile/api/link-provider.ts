import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** Begins to link one's account to the one at a provider; gives the address at which the browser goes on. */
export async function linkProvider(provider: string): Promise<string> {
  const params = { path: { provider }, query: { return_to: "/settings" } };
  return (await unwrap(client.POST("/api/session/oidc/{provider}/link", { params }))).url;
}
