import { noteSeen } from "~/lib/api/seen";
import type { LogEvent } from "~/lib/api/types";
import { setConnection } from "~/lib/live/connection";

export interface Delta {
  step: string;
  attempt: number;
  text: string;
  offset: number;
  /** Counts the answers of the attempt; a higher one makes those below it void. */
  tried?: number;
}

export interface FeedHandlers {
  onEvent: (event: LogEvent) => void;
  onDelta?: (delta: Delta) => void;
  /** The server refused the stream: the session may have ended. */
  onRefused?: () => void;
}

const LEAVE_AFTER_MS = 30_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * One live stream of the log. The browser itself resumes a broken one by `Last-Event-ID`; a refused one is opened
 * again after a growing pause, from the last position seen. A hidden page lets go of it after half a minute.
 */
export class Feed {
  private readonly path: string;
  private readonly handlers: FeedHandlers;
  private after: number;
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(path: string, after: number, handlers: FeedHandlers) {
    this.path = path;
    this.after = after;
    this.handlers = handlers;
    document.addEventListener("visibilitychange", this.onVisibility);
    if (!document.hidden) this.open();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.letGo();
    setConnection(this, "idle");
  }

  /** Opens the stream anew from the last position seen, which also replays the text of the running attempts. */
  restart(): void {
    this.letGo();
    this.open();
  }

  private open(): void {
    setConnection(this, this.failures === 0 ? "connecting" : "reconnecting");
    const source = new EventSource(`${this.path}?after=${this.after}`);
    source.onopen = () => {
      this.failures = 0;
      setConnection(this, "live");
    };
    source.onerror = () => this.onError(source);
    source.addEventListener("event", (message) => this.onLogEvent(message));
    source.addEventListener("delta", (message) => this.handlers.onDelta?.(JSON.parse(message.data) as Delta));
    this.source = source;
  }

  private onLogEvent(message: MessageEvent<string>): void {
    const event = JSON.parse(message.data) as LogEvent;
    this.after = Math.max(this.after, event.position);
    noteSeen(event.position);
    this.handlers.onEvent(event);
  }

  private onError(source: EventSource): void {
    setConnection(this, "reconnecting");
    if (source.readyState !== EventSource.CLOSED) return;
    this.failures += 1;
    this.handlers.onRefused?.();
    const pause = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (this.failures - 1)) * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => this.open(), pause);
  }

  private letGo(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.source?.close();
    this.source = undefined;
  }

  private onVisibility = (): void => {
    if (document.hidden) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.letGo();
        setConnection(this, "idle");
      }, LEAVE_AFTER_MS);
      return;
    }
    clearTimeout(this.timer);
    if (this.source === undefined || this.source.readyState === EventSource.CLOSED) this.restart();
  };
}
