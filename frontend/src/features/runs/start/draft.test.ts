import { expect, test } from "vitest";
import { changeDraft, emptyDraft, faultsOf, toRequest } from "~/features/runs/start/draft";

const template = {
  name: "research-brief",
  title: "Brief",
  description: "",
  steps: [],
  sample: { title: "", text: "" },
};
const empty = emptyDraft(template, "offline/extractive");

test("an empty draft lacks a text and a title", () => {
  expect(Object.keys(faultsOf(empty)).sort()).toEqual(["text", "title"]);
  expect(faultsOf(emptyDraft(undefined, undefined))).toHaveProperty("work");
});

test("a pasted text brings its title until one writes one's own", () => {
  const pasted = changeDraft(empty, { type: "text", text: "# Tides\nrise" });
  expect(pasted.title).toBe("Tides");
  const own = changeDraft(pasted, { type: "title", title: "Mine" });
  expect(changeDraft(own, { type: "text", text: "Other" }).title).toBe("Mine");
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
  const first = changeDraft(empty, { type: "text", text: "a" });
  const second = changeDraft(first, { type: "text", text: "b" });
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
  const own = changeDraft(ready, { type: "work", work: { kind: "workflow", id: "w" } });
  expect(toRequest(own)).toMatchObject({ workflow_id: "w" });
  expect(toRequest(own)).not.toHaveProperty("template");
});
