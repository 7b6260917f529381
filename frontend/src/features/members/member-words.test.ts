import { expect, test } from "vitest";
import { memberName, methodWords } from "~/features/members/member-words";

test("a member without a name is called by the address, and without either not by nothing", () => {
  expect(memberName({ name: "Ada", email: "ada@example.org" })).toBe("Ada");
  expect(memberName({ name: "", email: "ada@example.org" })).toBe("ada@example.org");
  expect(memberName({ name: "", email: "" })).toBe("Without a name");
});

test("how a member signs in is said in words", () => {
  expect(methodWords([])).toBe("Cannot sign in yet");
  expect(methodWords(["password", "oidc:acme"])).toBe("Signs in with the password or acme");
});
