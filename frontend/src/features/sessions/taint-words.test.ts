import { expect, test } from "vitest";
import { taintWords } from "~/features/sessions/taint-words";

test("the origins of what nobody vouches for are told once each", () => {
  expect(taintWords(["document", "tool:fetch-page", "memory:1", "memory:2", "agent:Ada", "step:a.b"])).toBe(
    "Made with what others wrote: a document, what the tool fetch-page gave, something remembered, what Ada said, and what the step a.b came to.",
  );
  expect(taintWords(["input", "prompt", "token"])).toBe(
    "Made with what others wrote: what it was given, what was filled into its prompt, and what an agent passed on.",
  );
  expect(taintWords(["elsewhere"])).toBe("Made with what others wrote: elsewhere.");
  expect(taintWords([])).toBeUndefined();
});
