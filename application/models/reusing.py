"""Reusing: what was answered a short while ago, or is being answered just now, is not asked for again."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Protocol, TypeAlias
from uuid import UUID, uuid4

import msgspec

from application.errors import Unavailable
from application.execute import Order
from application.models.journal import Answered, Hit, Journal, Try
from application.models.request import Image, ModelRequest, Reasoning
from application.models.stream import Delta, Finished, ReasoningDelta, TextDelta
from application.ports import Clock, Leases
from application.tasks import ended
from domain.kernel import Record
from domain.route import Policy

LOOK_SECONDS = 0.1
"""How often one looks whether another replica has got the answer."""

RENEW_SECONDS = 1.0

Ask: TypeAlias = Callable[[Journal], AsyncGenerator[Delta, None]]
"""Asks a model, on this record."""


class Same(Record):
    """Whoever asks for the same in the same workspace may be given the same answer."""

    workspace_id: UUID
    digest: str


class Answers(Protocol):
    """Answers that are kept for a while. None of it raises: what cannot be reached is not there."""

    async def find(self, same: Same) -> Hit | None:
        """The one that was kept last, however old it is."""
        ...

    async def keep(self, same: Same, hit: Hit, seconds: int) -> None: ...


def same_as(workspace_id: UUID, request: ModelRequest, policy: Policy | None = None) -> Same:
    """All of the request shapes its answer, and so does the policy of the route that it names: both are digested."""
    canonical = msgspec.json.encode((request, policy), order="deterministic")
    return Same(workspace_id, hashlib.sha256(canonical).hexdigest())


def reusable(request: ModelRequest) -> bool:
    """Whether an answer says all: none with tools does, which act, and a picture elsewhere may change."""
    parts = [part for message in request.messages for part in message.parts]
    return not request.tools and not any(isinstance(part, Image) and part.url for part in parts)


class _Flight:
    """An answer that is being waited for. It ends with one, or without where each has to ask by itself."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.hit: Hit | None = None

    def land(self, hit: Hit | None) -> None:
        if not self.over.is_set():
            self.hit = hit
            self.over.set()


class _Noting:
    """A journal that remembers the answer that went through it."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self.hit: Hit | None = None
        self.entry = journal.entry
        self.begin = journal.begin
        self.turned_away = journal.turned_away
        self.in_doubt = journal.in_doubt
        self.served = journal.served

    async def record(self, made: Try, answered: Answered, settle: Order) -> None:
        await self._journal.record(made, answered, settle)
        if not answered.problem and answered.finished.stop_reason == "end":
            cost, at = answered.cost_micro_usd, self._clock()
            self.hit = Hit(made.model, answered.text, answered.parts, answered.finished, cost, at)


class Reusing:
    """One for each process; replicas find each other through the answers and the leases that they share."""

    def __init__(self, answers: Answers, leases: Leases, clock: Clock, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._answers = answers
        self._leases = leases
        self._clock = clock
        self._look_seconds = look_seconds
        self._flights: dict[Same, _Flight] = {}

    async def stream(self, same: Same, seconds: int, journal: Journal, ask: Ask) -> AsyncGenerator[Delta, None]:
        """The answer that is kept, or that another is getting, which goes on the record as such; or else a new one.

        None is older than so many seconds, whoever kept it and for however long.
        """
        hit = await self._find(same, seconds)
        flight = self._flights.get(same)
        if hit is None and flight is not None:
            await flight.over.wait()
            hit = self._young(flight.hit, seconds)
        if hit is not None:
            await journal.served(hit)
            for delta in _told(hit):
                yield delta
            return
        leading = self._leading(same, seconds, journal, ask) if flight is None else ask(journal)
        async with aclosing(leading) as deltas:
            async for delta in deltas:
                yield delta

    async def _leading(self, same: Same, seconds: int, journal: Journal, ask: Ask) -> AsyncGenerator[Delta, None]:
        """Get the answer for all who want the same meanwhile."""
        flight = self._flights[same] = _Flight()
        noting = _Noting(journal, self._clock)
        try:
            async with self._before_other_replicas(same, seconds) as hit:
                if hit is not None:
                    flight.land(hit)
                    await journal.served(hit)
                    for delta in _told(hit):
                        yield delta
                    return
                async with aclosing(ask(noting)) as deltas:
                    async for delta in deltas:
                        if isinstance(delta, Finished) and noting.hit is not None:
                            flight.land(noting.hit)
                            await self._answers.keep(same, noting.hit, seconds)
                        yield delta
        finally:
            flight.land(None)
            del self._flights[same]

    @asynccontextmanager
    async def _before_other_replicas(self, same: Same, seconds: int) -> AsyncIterator[Hit | None]:
        """With the answer that another replica has got meanwhile, or None for the one that is to ask."""
        name, holder = f"answer:{same.workspace_id}:{same.digest}", str(uuid4())
        while not await self._taken(name, holder):
            await asyncio.sleep(self._look_seconds)
            if hit := await self._find(same, seconds):
                yield hit
                return
        renewing = asyncio.create_task(self._renew(name, holder))
        try:
            # another may have got it between our first look and our turn
            yield await self._find(same, seconds)
        finally:
            await ended(renewing)
            with contextlib.suppress(Unavailable):
                await self._leases.give_back(name, holder)

    async def _find(self, same: Same, seconds: int) -> Hit | None:
        return self._young(await self._answers.find(same), seconds)

    def _young(self, hit: Hit | None, seconds: int) -> Hit | None:
        return hit if hit is not None and self._clock() - hit.at <= timedelta(seconds=seconds) else None

    async def _taken(self, name: str, holder: str) -> bool:
        try:
            return await self._leases.take(name, holder)
        except Unavailable:
            return True

    async def _renew(self, name: str, holder: str) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await self._taken(name, holder)


def _told(hit: Hit) -> list[Delta]:
    thoughts = [ReasoningDelta(part.text, part.signature) for part in hit.parts if isinstance(part, Reasoning)]
    return [*thoughts, *([TextDelta(hit.text)] if hit.text else []), hit.finished]
