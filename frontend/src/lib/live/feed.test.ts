// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { getConnection } from "~/lib/live/connection";
import { Feed } from "~/lib/live/feed";
import { logOf } from "~/testing/some-run";

/** A stream that does what a test says; the protocol itself is the browser's. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.all.push(this);
  }

  opened(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  failed(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.();
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }

  sends(kind: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }
}

const onEvent = vi.fn();
const onDelta = vi.fn();
const onRefused = vi.fn();
let hidden = false;

function last(): FakeSource {
  const source = FakeSource.all.at(-1);
  if (source === undefined) throw new Error("nothing was opened");
  return source;
}

function turn(toHidden: boolean): void {
  hidden = toHidden;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  hidden = false;
  FakeSource.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

test("events and pieces of text are handed on, and the connection says that it is live", () => {
  const feed = new Feed("/api/runs/1/live", 7, { onEvent, onDelta });
  expect(last().url).toBe("/api/runs/1/live?after=7");
  expect(getConnection()).toBe("connecting");
  last().opened();
  last().sends("event", logOf()[0]);
  last().sends("delta", { step: "read", attempt: 1, offset: 0, text: "Hi" });
  expect(getConnection()).toBe("live");
  expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ position: 101 }));
  expect(onDelta).toHaveBeenCalledWith({ step: "read", attempt: 1, offset: 0, text: "Hi" });
  feed.close();
  expect(getConnection()).toBe("idle");
});

test("a broken connection is left to the browser, which resumes it", () => {
  const feed = new Feed("/api/events", 7, { onEvent });
  last().failed(0);
  expect(getConnection()).toBe("reconnecting");
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.all).toHaveLength(1);
  feed.close();
});

test("a refused connection is opened again behind the last event, after pauses that grow", () => {
  const feed = new Feed("/api/events", 7, { onEvent, onRefused });
  last().opened();
  last().sends("event", logOf()[0]);
  last().failed(FakeSource.CLOSED);
  expect(onRefused).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(700);
  expect(FakeSource.all).toHaveLength(1);
  vi.advanceTimersByTime(600);
  expect(last().url).toBe("/api/events?after=101");
  last().failed(FakeSource.CLOSED);
  vi.advanceTimersByTime(1_400);
  expect(FakeSource.all).toHaveLength(2);
  vi.advanceTimersByTime(1_200);
  expect(FakeSource.all).toHaveLength(3);
  feed.close();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.all).toHaveLength(3);
});

test("a hidden page lets go after half a minute and comes back when it is seen again", () => {
  const feed = new Feed("/api/events", 7, { onEvent });
  last().opened();
  turn(true);
  vi.advanceTimersByTime(31_000);
  expect(last().readyState).toBe(FakeSource.CLOSED);
  expect(getConnection()).toBe("idle");
  turn(false);
  expect(FakeSource.all).toHaveLength(2);
  feed.close();
});

test("a page that is opened in the background opens nothing before it is seen", () => {
  hidden = true;
  const feed = new Feed("/api/events", 7, { onEvent });
  expect(FakeSource.all).toHaveLength(0);
  turn(false);
  expect(FakeSource.all).toHaveLength(1);
  feed.close();
});

test("of two streams the one that stands worse is told, and one that is closed does not count", () => {
  const first = new Feed("/api/events", 7, { onEvent });
  last().opened();
  const second = new Feed("/api/runs/1/live", 7, { onEvent });
  expect(getConnection()).toBe("connecting");
  last().opened();
  expect(getConnection()).toBe("live");
  last().failed(0);
  expect(getConnection()).toBe("reconnecting");
  second.close();
  expect(getConnection()).toBe("live");
  first.close();
  expect(getConnection()).toBe("idle");
});
