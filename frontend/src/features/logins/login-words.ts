import type { Login } from "~/lib/api/types";
import { deviceWords } from "~/lib/device-words";

const METHODS: Record<string, string> = {
  password: "with the password",
  link: "with a one-time link",
  device: "with a code from another device",
};

/** What is signed in. */
export function loginName(login: Pick<Login, "device" | "kind">): string {
  return deviceWords(login.device) || (login.kind === "browser" ? "A browser" : "A client of the API");
}

/** How the person proved who they are. */
export function methodWords(method: string): string {
  return METHODS[method] ?? `through ${method.replace(/^oidc:/, "")}`;
}
