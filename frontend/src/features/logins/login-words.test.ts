import { expect, test } from "vitest";
import { loginName, methodWords } from "~/features/logins/login-words";

test("a sign-in of which no device is known is called by its kind", () => {
  expect(loginName({ device: "", kind: "browser" })).toBe("A browser");
  expect(loginName({ device: "", kind: "client" })).toBe("A client of the API");
});

test("how somebody signed in is said in words, also through a provider", () => {
  expect(methodWords("password")).toBe("with the password");
  expect(methodWords("oidc:acme")).toBe("through acme");
});
