import { expect, test } from "vitest";
import { elapsed, formatAgo, formatCost, formatDuration, formatMoment, formatSize } from "~/lib/format";

test.each([
  [0, "0 ms"],
  [340.4, "340 ms"],
  [3_400, "3.4 s"],
  [59_960, "1 min 0 s"],
  [72_000, "1 min 12 s"],
  [7_380_000, "2 h 3 min"],
  [-5, "0 ms"],
])("a duration of %d ms reads %s", (milliseconds, words) => {
  expect(formatDuration(milliseconds)).toBe(words);
});

test.each([
  [null, "unknown"],
  [0, "$0"],
  [1, "$0.000001"],
  [1_240, "$0.00124"],
  [250_000, "$0.25"],
  [500_000, "$0.50"],
  [12_345_678, "$12.35"],
])("a cost of %s micro-dollars reads %s", (microUsd, words) => {
  expect(formatCost(microUsd)).toBe(words);
});

test.each([
  [999, "999 B"],
  [3_300, "3.3 kB"],
  [1_250_000, "1.3 MB"],
])("%d bytes read %s", (bytes, words) => {
  expect(formatSize(bytes)).toBe(words);
});

test("what was long ago is told by its day", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(formatAgo("2026-11-22T11:59:40Z", now)).toBe("just now");
  expect(formatAgo("2026-11-22T11:56:00Z", now)).toBe("4 min ago");
  expect(formatAgo("2026-11-22T09:00:00Z", now)).toBe("3 h ago");
  expect(formatAgo("2026-11-01T09:00:00Z", now)).toBe("1 Nov 2026");
});

test("what has not ended lasts until now", () => {
  expect(elapsed("2026-11-22T12:00:00Z", null, Date.parse("2026-11-22T12:00:05Z"))).toBe(5000);
  expect(elapsed("2026-11-22T12:00:00Z", "2026-11-22T12:00:01Z", 0)).toBe(1000);
});

test("a moment is told by its day and minute", () => {
  expect(formatMoment("2026-11-22T12:34:56Z")).toMatch(/^22 Nov 2026, \d\d:34$/);
});
