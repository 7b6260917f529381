import { expect, test } from "vitest";
import { actsByStep } from "~/features/runs/acting/acts";
import { standing, told } from "~/features/runs/answer/told";
import { logOf, someRun, someStep, text } from "~/testing/some-run";

const step = { ...someStep("answer"), status: "running" as const, attempt: 1 };
const begun = (call: number): [string, Record<string, unknown>] => [
  "run.tool_begun.v1",
  {
    step: "answer",
    attempt: 1,
    call,
    index: 0,
    tool: `tool-${call}`,
    arguments: text("given"),
    effect: "read",
  },
];
const acts = (...calls: number[]) => actsByStep(logOf(...calls.map(begun)));
const draft = (tried: number, attempt = 1) => ({
  answer: { attempt, tried, text: "Let me see.", length: 11 },
});

test("words stand before the tools that they announce, and behind those that were called before them", () => {
  const [first] = told([step], acts(0), draft(0));
  expect(first).toMatchObject({ before: [], words: "Let me see.", after: [{ tool: "tool-0" }] });
  const [second] = told([step], acts(0, 1), draft(1_000));
  expect(second).toMatchObject({ before: [{ tool: "tool-0" }], after: [{ tool: "tool-1" }] });
  const [again] = told([step], acts(0), draft(1_002));
  expect(again).toMatchObject({ before: [{ tool: "tool-0" }], after: [] });
});

test("the words of an attempt that is over are not told, and a step without words or acts is not there", () => {
  expect(told([{ ...step, attempt: 2 }], acts(0), draft(0))).toMatchObject([{ words: "", after: [] }]);
  expect(told([step, someStep("other")], new Map(), draft(0)).map(({ step: { id } }) => id)).toEqual([
    "answer",
  ]);
});

test("how it stands is what the log says", () => {
  expect(standing({ ...someRun(), status: "running" })).toBe("Answering");
  expect(standing({ ...someRun(), status: "pending" })).toBe("Waiting for its turn");
  expect(standing({ ...someRun(), status: "completed" })).toContain("being put on the record");
});
