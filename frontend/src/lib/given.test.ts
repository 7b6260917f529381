import { expect, test } from "vitest";
import { broughtBy, givenFaults, toRunInput } from "~/lib/given";

test("a text is sent as it is, and data by its value", () => {
  expect(toRunInput({ form: "text", title: " Tides ", text: " high " })).toEqual({
    title: "Tides",
    text: " high ",
  });
  expect(toRunInput({ form: "json", title: "Tides", text: '{"at": 3}' })).toEqual({
    title: "Tides",
    data: { at: 3 },
  });
});

test("what is missing or no JSON is told at its field", () => {
  expect(givenFaults({ form: "text", title: "", text: "" })).toMatchObject({
    title: "Give the input a title.",
    text: expect.stringContaining("There is no text in it"),
  });
  expect(givenFaults({ form: "json", title: "Tides", text: '{"at": }' }).text).toMatch(
    /^Line 1, column \d+: /,
  );
  expect(givenFaults({ form: "json", title: "Tides", text: "[1]" })).toEqual({});
});

test("what comes with an event is nothing, a text, or data that begins like JSON", () => {
  expect(broughtBy("  ")).toEqual({ content: undefined });
  expect(broughtBy("paid in cash")).toEqual({ content: "paid in cash" });
  expect(broughtBy('{"sum": 2}')).toEqual({ content: { sum: 2 } });
  expect(broughtBy('{"sum": }')).toHaveProperty("mistake");
});
