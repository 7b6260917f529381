import { expect, test } from "vitest";
import { endOf, works } from "~/features/keys/lifetimes";

const NOW = Date.parse("2026-01-01T00:00:00Z");

test("a lifetime is counted from now, and one without an end has none", () => {
  expect(endOf("30", NOW)).toBe("2026-01-31T00:00:00.000Z");
  expect(endOf("", NOW)).toBeNull();
});

test("a key works until it is revoked or its time is over", () => {
  expect(works({ revoked: false, expires_at: null }, NOW)).toBe(true);
  expect(works({ revoked: false, expires_at: "2026-01-01T00:00:01Z" }, NOW)).toBe(true);
  expect(works({ revoked: false, expires_at: "2026-01-01T00:00:00Z" }, NOW)).toBe(false);
  expect(works({ revoked: true, expires_at: null }, NOW)).toBe(false);
});
