import { expect, test } from "vitest";
import { strengthOf } from "~/lib/password-rules";

test("a password that is too short says how much is missing", () => {
  expect(strengthOf("short")).toMatchObject({ fits: false, hint: "7 characters to go." });
  expect(strengthOf("elevenchars")).toMatchObject({ fits: false, hint: "1 character to go." });
});

test("characters are counted as people count them", () => {
  expect(strengthOf("🌊🌙 harbour").hint).toBe("2 characters to go.");
  expect(strengthOf("e\u0301te\u0301 harbour").hint).toBe("1 character to go.");
});

test("words with spaces are fine, whatever they are made of", () => {
  expect(strengthOf("harbour tide noon")).toMatchObject({ fits: true, level: 3 });
  expect(strengthOf("harbour tide at noon again")).toMatchObject({ fits: true, level: 4 });
});

test.each(["aaaaaaaaaaaa", "abababababab", "qwertyuiopasdf", "9876543210987", "abcabcabcabcab"])(
  "%s is of a kind that is tried first",
  (password) => {
    expect(strengthOf(password).fits).toBe(false);
  },
);

test("one's own name is no password, whatever stands around it", () => {
  expect(strengthOf("ada.lovelace2026", "Ada Lovelace").fits).toBe(false);
  expect(strengthOf("ada lovelace wrote a program", "Ada Lovelace").fits).toBe(true);
});

test("a password of more than 128 characters says so", () => {
  expect(strengthOf("long words ".repeat(12))).toMatchObject({ fits: false, hint: "4 characters too many." });
});
