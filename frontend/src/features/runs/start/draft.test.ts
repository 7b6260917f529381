import { expect, test } from "vitest";
import {
  changeDraft,
  dataOf,
  emptyDraft,
  faultsOf,
  mistakeIn,
  type RunDraft,
  toRequest,
} from "~/features/runs/start/draft";
import { someTemplate } from "~/testing/some-template";

const brief = someTemplate();
const comparison = someTemplate({
  name: "document-comparison",
  sample: { title: "Two leases", text: '{"before": "a", "after": "b"}', media_type: "application/json" },
});
const empty = emptyDraft(brief, "offline/extractive");
const data = emptyDraft(comparison, "offline/extractive");

const typed = (draft: RunDraft, text: string) => changeDraft(draft, { type: "text", text });

test("an empty draft lacks a text and a title", () => {
  expect(Object.keys(faultsOf(empty)).sort()).toEqual(["text", "title"]);
  expect(faultsOf(emptyDraft(undefined, undefined))).toHaveProperty("work");
});

test("a pasted text brings its title until one writes one's own", () => {
  const pasted = typed(empty, "# Tides\nrise");
  expect(pasted.title).toBe("Tides");
  const own = changeDraft(pasted, { type: "title", title: "Mine" });
  expect(typed(own, "Other").title).toBe("Mine");
  expect(faultsOf(own)).toEqual({});
});

test("a document replaces text and title", () => {
  const own = changeDraft(empty, { type: "title", title: "Mine" });
  expect(changeDraft(own, { type: "document", title: "Tides", text: "rise" })).toMatchObject({
    title: "Tides",
    text: "rise",
  });
});

test("each change is another request with a key of its own; the same draft keeps its key", () => {
  const first = typed(empty, "a");
  const second = typed(first, "b");
  expect(new Set([empty.key, first.key, second.key]).size).toBe(3);
  expect(first.key).toMatch(/^[0-9a-f]{32}$/);
});

test("a request names a template or a workflow, never both", () => {
  const ready = changeDraft(empty, { type: "document", title: " Tides ", text: "rise" });
  expect(toRequest(ready)).toEqual({
    template: "research-brief",
    model: "offline/extractive",
    input: { title: "Tides", text: "rise" },
  });
  const own = changeDraft(ready, { type: "workflow", id: "w" });
  expect(toRequest(own)).toMatchObject({ workflow_id: "w", input: { title: "Tides", text: "rise" } });
  expect(toRequest(own)).not.toHaveProperty("template");
});

test("a template whose sample is JSON is given data", () => {
  const ready = changeDraft(data, { type: "sample", sample: comparison.sample });
  expect(faultsOf(ready)).toEqual({});
  expect(toRequest(ready)).toEqual({
    template: "document-comparison",
    model: "offline/extractive",
    input: { title: "Two leases", data: { before: "a", after: "b" } },
  });
});

test("a workflow is given a text or data, as one chooses", () => {
  const own = typed(changeDraft(empty, { type: "workflow", id: "w" }), "[1, 2]");
  expect(toRequest(own).input).toEqual({ title: "[1, 2]", text: "[1, 2]" });
  const chosen = changeDraft(own, { type: "form", form: "json" });
  expect(chosen.title).toBe("");
  expect(toRequest(chosen).input).toEqual({ title: "", data: [1, 2] });
});

test("what is not JSON is told with its place and is not sent", () => {
  const wrong = changeDraft(typed(data, '{\n  "before": "a",\n}'), { type: "title", title: "Mine" });
  expect(faultsOf(wrong)).toEqual({ text: "Line 2, column 16: no comma may stand before }" });
  expect(mistakeIn(wrong)).toBe(17);
  expect(dataOf(wrong)).toBeUndefined();
  expect(mistakeIn(typed(empty, "no JSON, nor need it be"))).toBeUndefined();
});

test("data is neither nothing nor null nor too long", () => {
  expect(faultsOf(typed(data, " ")).text).toContain("no JSON in it");
  expect(faultsOf(typed(data, "null")).text).toContain("Null alone");
  expect(faultsOf(typed(data, `"${"a".repeat(999_998)}"`)).text).toBeUndefined();
  expect(faultsOf(typed(data, `"${"a".repeat(999_999)}"`)).text).toContain("1,000,001");
});

test("data brings no title of its own", () => {
  expect(typed(data, '{\n"before": 1}').title).toBe("");
  const pasted = typed(empty, "{\n}");
  expect(changeDraft(pasted, { type: "template", template: comparison }).title).toBe("");
});

test("a sample goes with its template, unless one has changed it", () => {
  const sampled = changeDraft(empty, { type: "sample", sample: brief.sample });
  expect(changeDraft(sampled, { type: "template", template: brief }).text).toBe("The tide rises.");
  const other = changeDraft(sampled, { type: "template", template: comparison });
  expect(other).toMatchObject({ text: "", title: "", form: "json", isSample: false });
  const mine = typed(sampled, "The tide falls.");
  expect(changeDraft(mine, { type: "template", template: comparison }).text).toBe("The tide falls.");
});
