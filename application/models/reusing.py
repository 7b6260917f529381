"""Reusing: what was answered a short while ago, or is being answered just now, is not asked for again."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import TypeAlias
from uuid import uuid4

from application.errors import Unavailable
from application.execute import Order
from application.models.answers import Answers, Reuse, Same
from application.models.journal import Answered, Hit, Journal, Try
from application.models.request import Reasoning
from application.models.similar import NOWHERE, Looked, Similar
from application.models.stream import Delta, Finished, ReasoningDelta, TextDelta
from application.ports import Clock, Leases
from application.tasks import ended
from domain.kernel import replace

LOOK_SECONDS = 0.1
"""How often one looks whether another replica has got the answer."""

RENEW_SECONDS = 1.0

Ask: TypeAlias = Callable[[Journal], AsyncGenerator[Delta, None]]
"""Asks a model, on this record."""


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
    """A journal that remembers the answer that went through it, and gives it a warning on the way."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self.warning = ""
        self.hit: Hit | None = None
        self.stream = journal.stream
        self.entry = journal.entry
        self.begin = journal.begin
        self.turned_away = journal.turned_away
        self.in_doubt = journal.in_doubt
        self.served = journal.served

    async def record(self, made: Try, answered: Answered, settle: Order) -> None:
        if self.warning:
            answered = replace(answered, warnings=(*answered.warnings, self.warning))
        await self._journal.record(made, answered, settle)
        if not answered.problem and answered.finished.stop_reason == "end":
            cost, at = answered.cost_micro_usd, self._clock()
            self.hit = Hit(made.model, answered.text, answered.parts, answered.finished, cost, at, self.stream)


class Reusing:
    """One for each process; replicas find each other through the answers and the leases that they share."""

    def __init__(
        self, answers: Answers, leases: Leases, clock: Clock, similar: Similar, *, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._answers = answers
        self._leases = leases
        self._clock = clock
        self._similar = similar
        self._look_seconds = look_seconds
        self._flights: dict[Same, _Flight] = {}

    async def stream(self, wish: Reuse, journal: Journal, ask: Ask) -> AsyncGenerator[Delta, None]:
        """The answer that is kept, or that another is getting, which goes on the record as such; or else a new one.

        None is older than the wish allows, whoever kept it and for however long.
        """
        hit = await self._find(wish)
        flight = self._flights.get(wish.same)
        if hit is None and flight is not None:
            await flight.over.wait()
            hit = self._fit(flight.hit, wish)
        if hit is not None:
            await journal.served(hit)
            for delta in _told(hit):
                yield delta
            return
        leading = self._leading(wish, journal, ask) if flight is None else ask(journal)
        async with aclosing(leading) as deltas:
            async for delta in deltas:
                yield delta

    async def _leading(self, wish: Reuse, journal: Journal, ask: Ask) -> AsyncGenerator[Delta, None]:
        """Get the answer for all who want the same meanwhile."""
        flight = self._flights[wish.same] = _Flight()
        noting = _Noting(journal, self._clock)
        try:
            async with self._before_other_replicas(wish) as found:
                looked = Looked(found) if found else await self._looked(wish)
                if looked.hit is not None:
                    flight.land(looked.hit)
                    await journal.served(looked.hit)
                    for delta in _told(looked.hit):
                        yield delta
                    return
                noting.warning = looked.warning
                async with aclosing(ask(noting)) as deltas:
                    async for delta in deltas:
                        if isinstance(delta, Finished) and noting.hit is not None:
                            flight.land(noting.hit)
                            await self._keep(wish, noting.hit, looked)
                        yield delta
        finally:
            flight.land(None)
            del self._flights[wish.same]

    @asynccontextmanager
    async def _before_other_replicas(self, wish: Reuse) -> AsyncIterator[Hit | None]:
        """With the answer that another replica has got meanwhile, or None for the one that is to ask."""
        name, holder = f"answer:{wish.same.workspace_id}:{wish.same.digest}", str(uuid4())
        while not await self._taken(name, holder):
            await asyncio.sleep(self._look_seconds)
            if hit := await self._find(wish):
                yield hit
                return
        renewing = asyncio.create_task(self._renew(name, holder))
        try:
            # another may have got it between our first look and our turn
            yield await self._find(wish)
        finally:
            await ended(renewing)
            with contextlib.suppress(Unavailable):
                await self._leases.give_back(name, holder)

    async def _looked(self, wish: Reuse) -> Looked:
        return NOWHERE if wish.similarity is None else await self._similar.look(wish, wish.similarity)

    async def _keep(self, wish: Reuse, hit: Hit, looked: Looked) -> None:
        await self._answers.keep(wish.same, hit, wish.seconds)
        if looked.kin is not None:
            await self._similar.keep(looked.kin, looked.vector, wish)

    async def _find(self, wish: Reuse) -> Hit | None:
        return self._fit(await self._answers.find(wish.same), wish)

    def _fit(self, hit: Hit | None, wish: Reuse) -> Hit | None:
        return hit if hit is not None and wish.takes(hit, self._clock()) else None

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
