"""Keeps one program alive: waits until it is ready, starts it again when it ends, stops it when told to."""

import asyncio
import contextlib
import signal
import time
from dataclasses import dataclass

from infrastructure.embedded import errors
from interfaces.processes.backoff import Backoff
from interfaces.processes.launch import Life, launch
from interfaces.processes.member import Member
from interfaces.processes.output import Output

PROBE_SECONDS = 0.03
GRACE_SECONDS = 10.0
HURRY_SECONDS = 1.0
STARTS_BEFORE_GIVING_UP = 3
BAD_INPUT = 2


class StartFailedError(Exception):
    """A program could not be started."""


@dataclass(frozen=True)
class End:
    """How a life ended; `final` when another try would end the same."""

    said: str
    final: bool = False

    @classmethod
    def of(cls, code: int, last_words: str) -> "End":
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return cls(f"{how}: {last_words}" if code > 0 and last_words else how, final=code == BAD_INPUT)


class Keeper:
    def __init__(self, member: Member, output: Output) -> None:
        self.member = member
        self._output = output
        self._leaving = asyncio.Event()
        self._settled = asyncio.Event()
        self._failure: str | None = None
        self._life: Life | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def settled(self) -> None:
        """Returns when the program has been ready once; raises `StartFailedError` when it will not be."""
        await self._settled.wait()
        if self._failure:
            raise StartFailedError(self._failure)

    async def stop(self, *, hurry: asyncio.Event) -> None:
        """Asks the program to end, insists after the grace period or in a hurry, and at last ends it."""
        self._leaving.set()
        if self._task is None:
            return
        impatient = asyncio.create_task(hurry.wait())
        for number in (self.member.stop_signal, self.member.parting_signal, signal.SIGKILL):
            self._signal(number)
            awaited = {self._task} if hurry.is_set() else {self._task, impatient}
            patience = HURRY_SECONDS if hurry.is_set() else GRACE_SECONDS
            await asyncio.wait(awaited, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if self._task.done():
                break
        impatient.cancel()
        await self._task

    def _signal(self, number: signal.Signals) -> None:
        if self._life:
            self._life.signal(number)

    async def _keep(self) -> None:
        backoff = Backoff()
        while True:
            begun = time.monotonic()
            end = await self._attempt()
            if self._leaving.is_set():
                return
            delay = backoff.after(time.monotonic() - begun)
            if not self._settled.is_set() and (end.final or backoff.count >= STARTS_BEFORE_GIVING_UP):
                self._failure = f"{self.member.name} {end.said}"
                self._settled.set()
                return
            self._output.say(f"{self.member.name} {end.said}; starting it again in {delay:.1f} s")
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), delay)

    async def _attempt(self) -> End:
        try:
            notes = await asyncio.to_thread(self.member.prepare)
            if not self._settled.is_set():
                for note in notes:
                    self._output.say(note)
            return await self._live()
        except (errors.ServerError, OSError) as problem:
            return End(f"does not start: {problem}", final=True)

    async def _live(self) -> End:
        if self._leaving.is_set():
            return End("was not started")
        begun = time.monotonic()
        self._life = await launch(self.member, self._output)
        if self._leaving.is_set():
            self._signal(self.member.stop_signal)
        probe = asyncio.create_task(self._probe(begun))
        code = await self._life.ended()
        probe.cancel()
        life, self._life = self._life, None
        return End.of(code, life.last_words)

    async def _probe(self, begun: float) -> None:
        while not await asyncio.to_thread(self.member.ready):  # noqa: ASYNC110  another process has no event
            await asyncio.sleep(PROBE_SECONDS)
        if not self._leaving.is_set():
            self._output.say(f"{self.member.name} ready ({time.monotonic() - begun:.1f} s)")
        self._settled.set()
