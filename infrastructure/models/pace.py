"""Reading a provider's stream with a limit on its silence."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol, TypeVar

from domain.kernel import Record

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


class Upstream(Protocol[Item_co]):
    """A stream as both SDKs give it."""

    async def __anext__(self) -> Item_co: ...

    async def close(self) -> None: ...


class Pace(Record):
    """How many seconds a provider may take to connect, to send a first event, and between two events."""

    connect: float = 10.0
    first: float = 60.0
    idle: float = 60.0


PARTING_SECONDS = 0.25
"""So long a provider may take to end its stream once its answer is whole."""

PATIENCE = 10
"""So many times the usual limit one is waited for who has nothing new to say, and goes on showing that it is there."""

OVER = object()
"""What the last event of an answer has to tell; what comes after it is of no account."""


class Silence(Exception):
    """The provider was silent for too long."""

    def __init__(self, seconds: float, *, began: bool) -> None:
        super().__init__(f"no sign of life for {seconds:g} s")
        self.seconds = seconds
        self.began = began


async def paced(
    connect: Callable[[], Awaitable[Upstream[Item]]], pace: Pace, news: Callable[[Item], object]
) -> AsyncGenerator[Item, None]:
    """The events of an upstream stream; raises Silence, and always leaves the upstream closed.

    `news` is what an event has to tell. One that tells the same as the one before is but a sign of life: it earns
    patience, and not without end. The SDKs' own timeouts cannot tell: they count bytes.
    """
    upstream: Upstream[Item] | None = None
    watch = _Watch(pace)
    try:
        while True:
            try:
                async with asyncio.timeout_at(watch.until):
                    if upstream is None:
                        upstream = await connect()
                    event = await upstream.__anext__()
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise watch.silence() from None
            watch.heard(told := news(event))
            yield event
            if told is OVER:
                await _part(upstream)
                return
            watch.goes_on()
    finally:
        if upstream is not None:
            await upstream.close()


class _Watch:
    """Knows until when something new has to come."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._clock = asyncio.get_running_loop().time
        self._since = self._heard = self._clock()
        self._told: object = None
        self.began = False

    @property
    def until(self) -> float:
        return min(self._heard + self._limit, self._since + PATIENCE * self._limit)

    @property
    def _limit(self) -> float:
        return self._pace.idle if self.began else self._pace.first

    def silence(self) -> Silence:
        alive = self.until < self._heard + self._limit
        return Silence((PATIENCE if alive else 1) * self._limit, began=self.began)

    def heard(self, told: object) -> None:
        self._heard = self._clock()
        if not self.began or told != self._told:
            self._since = self._heard
        self.began, self._told = True, told

    def goes_on(self) -> None:
        """Whoever listens may have taken its time with what was heard."""
        taken = self._clock() - self._heard
        self._heard += taken
        self._since += taken


async def _part(upstream: Upstream[Item]) -> None:
    """Let the stream end: a connection that is cut off before cannot be used again."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(PARTING_SECONDS):
            await upstream.__anext__()
