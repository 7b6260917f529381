import { expect, test } from "vitest";
import { safePath } from "~/lib/safe-path";

test("a path of this page is gone on to, with its query", () => {
  expect(safePath("/settings/keys?all=true#new")).toBe("/settings/keys?all=true#new");
});

test.each([
  undefined,
  "",
  "runs",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "https://evil.example",
])("%j leads to the start of the page and never to another site", (wished) => {
  expect(safePath(wished)).toBe("/runs");
});

test.each(["/login", "/login?next=%2Flogin", "/login/", "/login#x"])(
  "%j leads on from the sign-in page",
  (wished) => {
    expect(safePath(wished)).toBe("/runs");
  },
);

test("a page whose name begins like that of the sign-in is gone on to", () => {
  expect(safePath("/logins")).toBe("/logins");
});
