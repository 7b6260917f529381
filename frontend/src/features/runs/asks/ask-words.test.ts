import { expect, test } from "vitest";
import { sketch, whoMay, written } from "~/features/runs/asks/ask-words";
import type { Ask } from "~/lib/api/types";

const ask = (asked: Ask["asked"], kind: Ask["kind"] = "approval") => ({ asked, kind }) as Ask;
const OBJECT = {
  type: "object",
  properties: {
    urgent: { type: "boolean" },
    about: { enum: ["billing", "fault"] },
    more: { type: "string" },
  },
  required: ["urgent", "about"],
};

test("who may decide is said by role and by number", () => {
  expect(whoMay(ask([{ roles: ["admin", "user"], users: [] }]))).toBe(
    "Members with the role admin or user may decide.",
  );
  expect(whoMay(ask([{ roles: ["admin"], users: ["a"] }], "input"))).toBe(
    "Members with the role admin, and one person who is named may answer.",
  );
  expect(whoMay(ask([{ roles: [], users: ["a", "b"] }]))).toBe("2 people who are named may decide.");
  expect(
    whoMay(
      ask([
        { roles: ["admin"], users: [] },
        { roles: [], users: [] },
      ]),
    ),
  ).toBe("Whoever has the right to approve may decide.");
});

test("an answer is a text without a schema, and JSON with one", () => {
  expect(written(" so ", null)).toEqual({ value: " so " });
  expect(written("so", { type: "string" })).toEqual({ value: "so" });
  expect(written('{"urgent": true}', OBJECT)).toEqual({ value: { urgent: true } });
  expect(written("null", { type: ["object", "null"] })).toEqual({ value: null });
  expect(written("urgent", OBJECT)).toHaveProperty("mistake");
  expect(written(" ", null)).toHaveProperty("mistake");
});

test("an answer begins with the fields that are required", () => {
  expect(JSON.parse(sketch(OBJECT))).toEqual({ urgent: false, about: "billing" });
  expect(sketch(null)).toBe("");
  expect(sketch({ type: "array" })).toBe("");
});
