import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

const path = (provider: string) => ({ path: { provider } });

/** Begins to link one's account to the one at a provider; gives the address at which the browser goes on. */
export async function linkProvider(provider: string, password: string): Promise<string> {
  const params = { ...path(provider), query: { return_to: "/settings" } };
  return (await unwrap(client.POST("/api/session/oidc/{provider}/link", { params, body: { password } }))).url;
}

/** From then on the account at the provider signs in nobody, until it is linked again. */
export async function unlinkProvider(provider: string, password: string): Promise<void> {
  const params = path(provider);
  await unwrap(client.DELETE("/api/session/oidc/{provider}/link", { params, body: { password } }));
}
