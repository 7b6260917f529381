import { listRunEvents } from "~/features/runs/api/list-run-events";
import { readRun } from "~/features/runs/api/read-run";
import {
  applyDelta,
  applyDespiteGap,
  applyEvent,
  type Folded,
  initialState,
  type RunState,
  reconcile,
} from "~/features/runs/live/run-state";
import { type Problem, toProblem } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { LogEvent } from "~/lib/api/types";
import { type Delta, Feed } from "~/lib/live/feed";

export type Snapshot =
  | { phase: "loading" }
  | { phase: "failed"; problem: Problem }
  | ({ phase: "ready" } & RunState);

const FRAME_MS = 16;

/** One run as it happens, outside React: read once, then folded from its live stream, told at most once a frame. */
export class RunStore {
  private readonly runId: string;
  private readonly onRefused: () => void;
  private snapshot: Snapshot = { phase: "loading" };
  private state: RunState | undefined;
  private feed: Feed | undefined;
  private frame: ReturnType<typeof setTimeout> | undefined;
  private generation = 0;
  /** Attempts whose text was asked for again because a piece was missing; once is enough. */
  private readonly replayed = new Set<string>();
  private readonly listeners = new Set<() => void>();

  constructor(runId: string, onRefused: () => void) {
    this.runId = runId;
    this.onRefused = onRefused;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): Snapshot => this.snapshot;

  /** Reads the run and its log, then follows it; call again after a failure. */
  readonly start = async (): Promise<void> => {
    const generation = ++this.generation;
    this.feed?.close();
    this.publish({ phase: "loading" });
    try {
      const [run, events] = await Promise.all([readRun(this.runId), listRunEvents(this.runId, 0)]);
      if (generation !== this.generation) return;
      this.accept(initialState(run, events));
      this.follow();
    } catch (error) {
      if (generation === this.generation) this.publish({ phase: "failed", problem: toProblem(error) });
    }
  };

  readonly stop = (): void => {
    this.generation += 1;
    clearTimeout(this.frame);
    this.frame = undefined;
    this.feed?.close();
    this.feed = undefined;
  };

  private follow(): void {
    const after = this.lastPosition();
    noteSeen(after);
    this.feed = new Feed(`/api/runs/${this.runId}/live`, after, {
      onEvent: (event) => this.onEvent(event),
      onDelta: (delta) => this.onDelta(delta),
      onRefused: this.onRefused,
    });
  }

  private onEvent(event: LogEvent): void {
    this.fold((state) => applyEvent(state, event));
    if (/^run\.(completed|failed|cancelled)\./.test(event.type)) void this.reread();
  }

  private onDelta(delta: Delta): void {
    const attempt = `${delta.step} ${delta.attempt} ${delta.tried ?? 0}`;
    this.fold((state) => {
      const folded = applyDelta(state, delta);
      if (folded !== "gap" || !this.replayed.has(attempt)) return folded;
      return applyDespiteGap(state, delta);
    }, attempt);
  }

  private fold(step: (state: RunState) => Folded, attempt?: string): void {
    if (this.state === undefined) return;
    const folded = step(this.state);
    if (folded === "gap" && attempt !== undefined) this.replayed.add(attempt);
    if (folded === "gap") void this.fillGap();
    else if (folded !== this.state) this.accept(folded);
  }

  /** Something is missing: reads the rest of the log and opens the stream again, which replays the text. */
  private async fillGap(): Promise<void> {
    const generation = ++this.generation;
    this.feed?.close();
    try {
      const missing = await listRunEvents(this.runId, this.lastPosition());
      if (generation !== this.generation || this.state === undefined) return;
      const filled = missing.reduce<Folded>(
        (state, event) => (state === "gap" ? state : applyEvent(state, event)),
        this.state,
      );
      if (filled === "gap") throw new Error("the log of this run has a hole");
      this.accept({ ...filled, drafts: {} });
      this.follow();
    } catch {
      if (generation === this.generation) await this.start();
    }
  }

  /** The server's word is final: what was folded here gives way to what it reads. */
  private async reread(): Promise<void> {
    const generation = this.generation;
    try {
      const run = await readRun(this.runId);
      if (generation === this.generation && this.state) this.accept(reconcile(this.state, run));
    } catch {
      // The folded state stays; the next reading of the page asks again.
    }
  }

  private lastPosition(): number {
    return this.state?.events.at(-1)?.position ?? 0;
  }

  private accept(state: RunState): void {
    this.state = state;
    this.frame ??= setTimeout(
      () => {
        this.frame = undefined;
        if (this.state) this.publish({ phase: "ready", ...this.state });
      },
      this.snapshot.phase === "ready" ? FRAME_MS : 0,
    );
  }

  private publish(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) listener();
  }
}
