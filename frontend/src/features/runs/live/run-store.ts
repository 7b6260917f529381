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
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** So many times as long as a reading took nothing is read again: a run of thousands of steps is not read all the time. */
const REST = 4;

/**
 * One run as it happens, outside React. Its live stream says that something has happened, and brings the words of those
 * who are writing; how the run stands then is read, for only the server knows what an event means to all other steps.
 */
export class RunStore {
  private readonly runId: string;
  private readonly onRefused: () => void;
  private snapshot: Snapshot = { phase: "loading" };
  private state: RunState | undefined;
  private feed: Feed | undefined;
  private frame: ReturnType<typeof setTimeout> | undefined;
  private generation = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading = false;
  /** Something has happened since the last reading of the run began. */
  private stale = false;
  private pause = FIRST_PAUSE_MS;
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
      const log = listRunEvents(this.runId, 0);
      // it is awaited below: until then its failure is nobody's business
      log.catch(() => undefined);
      const run = await readRun(this.runId);
      if (generation !== this.generation) return;
      this.accept(initialState(run, []));
      const events = await log;
      if (generation !== this.generation) return;
      this.accept(initialState(run, events));
      this.follow();
      if (this.lastPosition() > run.position) this.refresh();
    } catch (error) {
      if (generation === this.generation) this.publish({ phase: "failed", problem: toProblem(error) });
    }
  };

  readonly stop = (): void => {
    this.generation += 1;
    clearTimeout(this.frame);
    clearTimeout(this.timer);
    this.frame = this.timer = undefined;
    this.stale = false;
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
    this.refresh();
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
      this.refresh();
    } catch {
      if (generation === this.generation) await this.start();
    }
  }

  /** Has the run read once more, after a rest; events that come close together are read together. */
  private refresh(): void {
    this.stale = true;
    if (this.reading || this.timer !== undefined) return;
    this.timer = setTimeout(() => void this.reread(), this.pause);
  }

  private async reread(): Promise<void> {
    const { generation } = this;
    const begun = performance.now();
    this.timer = undefined;
    this.stale = false;
    this.reading = true;
    try {
      const run = await readRun(this.runId);
      if (generation === this.generation && this.state) this.accept(reconcile(this.state, run));
      this.pause = Math.max(FIRST_PAUSE_MS, REST * (performance.now() - begun));
    } catch {
      this.stale = true;
      this.pause *= 2;
    }
    this.pause = Math.min(this.pause, LONGEST_PAUSE_MS);
    this.reading = false;
    if (this.stale && this.feed) this.refresh();
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
