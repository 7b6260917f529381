"""An answer is heard while it is made: its words as they come, the tools as they run, and what people are asked."""

import threading
from typing import Protocol
from uuid import UUID

from domain import run_events as fact
from domain import run_tool_events as tool
from domain import run_wait_events as wait
from domain.kernel import Record
from domain.run_values import ForAnswer, ForApproval, ForInput
from interfaces.cli.client import acting, stream, wire
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.stream import Interrupted, Resumed
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wire import Delta, LogEvent
from interfaces.cli.client.wording import one_line

IMPATIENT_AFTER = 10.0
"""Seconds after which somebody who hears nothing is told that nobody works."""

TRIES = 1_000
"""What says which try it is counts so many for each call of a model that was made before."""


class Face(Protocol):
    """Where an answer is shown."""

    def words(self, text: str) -> None:
        """The next words of the answer."""
        ...

    def remark(self, text: str) -> None:
        """What happens beside it, on a line of its own."""
        ...


class Question(Record):
    """A step asks a person, and the log says so at this position."""

    step: str
    position: int
    decision: bool


class Listener:
    """Hears one run, as often as it goes on, and says nothing twice."""

    def __init__(self, api: Connection, run_id: UUID, face: Face) -> None:
        self.watched = Watched()
        self.said = ""
        self._api = api
        self._run_id = run_id
        self._face = face
        self._begun = False
        self._speaker: tuple[str, int, int] = ("", 0, 0)

    def listen(self) -> Question | None:
        """Until a person is asked, or the run is over. Raises Failure."""
        impatient = threading.Timer(IMPATIENT_AFTER, self._nobody)
        impatient.daemon = True
        impatient.start()
        try:
            return self._listened()
        finally:
            impatient.cancel()

    def _nobody(self) -> None:
        if not self._begun:
            self._face.remark(f"nobody has begun yet; is a worker running? `z2 why {self._run_id}` tells more")

    def _listened(self) -> Question | None:
        path = f"/api/runs/{self._run_id}/live"
        for message in stream.follow(self._api, path, self.watched.position):
            match message:
                case LogEvent() if message.version > self.watched.version:
                    self.watched = self.watched.after(message)
                    if (asked := self._happened(message)) is not None:
                        return asked
                case LogEvent():
                    continue
                case Delta():
                    self._hear(message)
                case Interrupted(reason):
                    self._face.remark(f"{reason}; waiting for it to come back")
                case Resumed():
                    self._face.remark("connected again")
            if self.watched.over:
                return None
        return None

    def _hear(self, delta: Delta) -> None:
        speaker = (delta.step, delta.attempt, delta.tried)
        if speaker != self._speaker:
            if self._speaker[0] == delta.step and speaker < self._speaker:
                return
            if self.said and speaker[2] // TRIES == self._speaker[2] // TRIES:
                self._face.remark("what was said so far is void; the answer begins anew")
            elif self.said:
                self._face.words("\n")
            self._speaker, self.said = speaker, ""
        fresh = delta.text[max(0, len(self.said) - delta.offset) :]
        self.said += fresh
        if fresh:
            self._face.words(fresh)

    def _happened(self, event: LogEvent) -> Question | None:
        try:
            known = wire.run_fact(event)
        except wire.UnknownEventError:
            return None
        match known:
            case tool.ToolBegun() | tool.ToolEnded() | tool.ToolInDoubt() | tool.ContextCompacted():
                self._used(known)
            case fact.StepBegun():
                self._begun = True
            case fact.StepFailed(code=code, detail=detail, final=False):
                self._face.remark(one_line(f"that failed ({code}): {detail}; it is tried again"))
            case fact.StepLost():
                self._face.remark("the worker was lost; another goes on")
            case wait.StepSuspended(step, waits=ForAnswer() | ForInput()):
                return Question(step, event.position, decision=False)
            case wait.StepSuspended(step, waits=ForApproval()):
                return Question(step, event.position, decision=True)
            case _:
                pass
        return None

    def _used(self, event: tool.Events) -> None:
        glyph, sentence = acting.tell(event)
        if isinstance(event, tool.ToolEnded):
            step = self.watched.run.steps.get(event.step)
            used = step.used(event.call, event.index) if step else None
            took = f" in {event.duration_ms / 1_000:.1f} s" if event.duration_ms is not None else ""
            name = used.tool if used else "the tool"
            sentence = f"{name} failed ({event.problem})" if event.problem else f"{name} is done{took}"
        self._face.remark(one_line(f"{glyph} {sentence}"))
