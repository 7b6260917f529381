import createClient from "openapi-fetch";
import type { paths } from "~/lib/api/schema";

/** The API of Z2, typed by its own OpenAPI document. The session travels in a cookie that no script can read. */
export const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
});
