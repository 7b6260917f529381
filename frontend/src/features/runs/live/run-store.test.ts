// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunStore } from "~/features/runs/live/run-store";
import type { LogEvent, Run } from "~/lib/api/types";
import { logOf, someRun } from "~/testing/some-run";

/** A stream that does what a test says; the protocol itself is the browser's. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static last: FakeSource | undefined;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 1;

  constructor(_url: string) {
    super();
    FakeSource.last = this;
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  sends(event: LogEvent): void {
    this.dispatchEvent(new MessageEvent("event", { data: JSON.stringify(event) }));
  }
}

let readings: string[] = [];
let run: Run = someRun();
let broken = false;
let store: RunStore;

const shown = () => {
  const snapshot = store.getSnapshot();
  if (snapshot.phase !== "ready") throw new Error(`it is ${snapshot.phase}`);
  return snapshot;
};

/** The API, as far as a run is read from it: its answers are those of the test, the asking is the page's own. */
async function answered(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname.endsWith("/events")) return Response.json({ items: logOf(), next: null });
  readings.push(url.search);
  return broken ? Response.json({ title: "Behind", status: 503 }, { status: 503 }) : Response.json(run);
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("fetch", answered);
  readings = [];
  run = someRun();
  broken = false;
  // loaded anew: what speaks to the API takes its `fetch` when it is loaded, and remembers what it has seen
  vi.resetModules();
  const module = await import("~/features/runs/live/run-store");
  store = new module.RunStore("run-1", () => undefined);
  await store.start();
  await vi.advanceTimersByTimeAsync(200);
});

afterEach(() => {
  store.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const [, first, second] = logOf(
  ["run.step_begun.v1", { step: "read", attempt: 1 }],
  ["run.step_completed.v1", { step: "read", attempt: 1 }],
) as [LogEvent, LogEvent, LogEvent];

test("what happens is read from the server, and events that come close together are read together", async () => {
  expect(shown().run.status).toBe("running");
  expect(readings).toHaveLength(1);
  run = { ...someRun(), position: second.position, status: "waiting", steps_done: 1 };
  FakeSource.last?.sends(first);
  FakeSource.last?.sends(second);
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown().run).toMatchObject({ status: "waiting", steps_done: 1 });
  expect(shown().events.map(({ type }) => type)).toEqual([
    "run.started.v1",
    "run.step_begun.v1",
    "run.step_completed.v1",
  ]);
  expect(readings).toHaveLength(2);
  expect(readings[1]).toBe(`?after=${second.position}`);
});

test("a reading that fails is tried again until it succeeds", async () => {
  broken = true;
  FakeSource.last?.sends(first);
  await vi.advanceTimersByTimeAsync(1000);
  expect(readings.length).toBeGreaterThan(1);
  expect(shown().run.status).toBe("running");
  broken = false;
  run = { ...someRun(), position: first.position, status: "failed" };
  await vi.advanceTimersByTimeAsync(60_000);
  expect(shown().run.status).toBe("failed");
});

test("a page that is left reads nothing more", async () => {
  FakeSource.last?.sends(first);
  store.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(readings).toHaveLength(1);
});
