"""Reading a provider's stream with a limit on its silence."""

import asyncio
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


class Silence(Exception):
    """The provider was silent for too long."""

    def __init__(self, seconds: float, *, began: bool) -> None:
        super().__init__(f"no sign of life for {seconds:g} s")
        self.seconds = seconds
        self.began = began


async def paced(connect: Callable[[], Awaitable[Upstream[Item]]], pace: Pace) -> AsyncGenerator[Item, None]:
    """The events of an upstream stream; raises Silence, and always leaves the upstream closed.

    The SDKs' own timeouts cannot do this: they count bytes, and an endpoint that sends comments or pings
    while it hangs would never fall silent.
    """
    upstream: Upstream[Item] | None = None
    began = False
    try:
        while True:
            limit = pace.idle if began else pace.first
            try:
                async with asyncio.timeout(limit):
                    if upstream is None:
                        upstream = await connect()
                    event = await upstream.__anext__()
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Silence(limit, began=began) from None
            began = True
            yield event
    finally:
        if upstream is not None:
            await upstream.close()
