"""What somebody who watches a run knows of it: its state, its times, and what its agents are saying."""

from domain import run_events as fact
from domain import run_fold
from domain.kernel import Instant, Record, replace
from domain.run_state import UNDER_WAY, Run
from domain.run_values import BegunStatus
from interfaces.cli.client import wire
from interfaces.cli.client.wire import Delta, LogEvent

KEPT_CHARACTERS = 4_000
"""Of what an attempt says, so much is kept to be shown."""


class Span(Record):
    """When the attempt under way, or the last one, began and ended."""

    begun: Instant | None = None
    ended: Instant | None = None


class Draft(Record):
    """The end of what an attempt has said so far, and how many characters it is in all.

    `tried` counts the answers of the attempt that were broken off and are void.
    """

    attempt: int
    text: str = ""
    length: int = 0
    tried: int = 0


class Watched(Record):
    """A run as its events and the words of its models have shown it. `begun` is whether any step of it has."""

    run: Run = run_fold.initial
    position: int = 0
    version: int = 0
    span: Span = Span()
    spans: dict[str, Span] = {}
    drafts: dict[str, Draft] = {}
    begun: bool = False

    @property
    def over(self) -> bool:
        return self.run.status in ("completed", "failed", "cancelled")

    @property
    def status(self) -> BegunStatus:
        """As people are told."""
        return told_status(self.run, begun=self.begun)

    def after(self, event: LogEvent) -> "Watched":
        """With one more event; one that is known already, or that no code here knows, changes nothing else."""
        if event.version <= self.version:
            return self
        seen = replace(self, position=event.position, version=event.version)
        try:
            known = wire.run_fact(event)
        except wire.UnknownEventError:
            return seen
        return _timed(replace(seen, run=run_fold.evolve(self.run, known)), known, event.at)

    def hearing(self, delta: Delta) -> "Watched":
        """With one more piece of text: what was heard twice is said once, a later answer supersedes an earlier."""
        draft = self.drafts.get(delta.step, Draft(delta.attempt, tried=delta.tried))
        if (delta.attempt, delta.tried) < (draft.attempt, draft.tried):
            return self
        if (delta.attempt, delta.tried) > (draft.attempt, draft.tried):
            draft = Draft(delta.attempt, tried=delta.tried)
        fresh = delta.text[max(0, draft.length - delta.offset) :]
        gap = "…" if delta.offset > draft.length else ""
        text = f"{draft.text}{gap}{fresh}"[-KEPT_CHARACTERS:]
        heard = Draft(draft.attempt, text, max(draft.length, delta.offset + len(delta.text)), draft.tried)
        return replace(self, drafts={**self.drafts, delta.step: heard})


def _timed(watched: Watched, event: fact.Events, at: Instant) -> Watched:
    match event:
        case fact.Started():
            return replace(watched, span=Span(at))
        case fact.Completed() | fact.Failed() | fact.Cancelled():
            return replace(watched, span=replace(watched.span, ended=at))
        case fact.StepScheduled(step):
            return _spanning(watched, step, Span())
        case fact.StepBegun(step):
            return _spanning(replace(watched, begun=True), step, Span(at))
        case fact.StepOpened(step) if step not in watched.spans:
            return _spanning(watched, step, Span(at))
        case fact.StepCompleted(step) | fact.StepFailed(step) | fact.StepLost(step) | fact.StepSkipped(step):
            return _spanning(watched, step, replace(watched.spans.get(step, Span()), ended=at))
        case fact.StepRetried():
            return replace(watched, span=replace(watched.span, ended=None))
        case _:
            return watched


def _spanning(watched: Watched, step: str, span: Span) -> Watched:
    return replace(watched, spans={**watched.spans, step: span})


def told_status(run: Run, *, begun: bool) -> BegunStatus:
    """The status of a run as people are told: before the first step has begun, and while nobody works on it."""
    match run.status:
        case "running" | "absent" if not begun:
            return "pending"
        case "running" | "absent":
            steps = [step.status for step in run.steps.values()]
            idle = "suspended" in steps and UNDER_WAY.isdisjoint(steps)
            return "waiting" if idle else "running"
        case settled:
            return settled
