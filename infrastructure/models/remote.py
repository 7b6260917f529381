"""A provider on the network: known from the start, connected when it is asked for the first time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from application.models import catalogue
from application.models.port import Delta, ModelCard, ModelError, ModelRequest
from infrastructure.models import failures


class Wire(Protocol):
    """A connected client of one endpoint."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[Delta, None]: ...

    async def aclose(self) -> None: ...


class Remote:
    """One endpoint. It keeps its connections: `aclose` it in the event loop that used it."""

    def __init__(self, name: str, endpoint: failures.Endpoint, *, key: str | None, connect: Callable[[], Wire]) -> None:
        self.name = name
        self._endpoint = endpoint
        self._key = key
        self._connect = connect
        self._wire: Wire | None = None
        self._connecting = asyncio.Lock()

    def unavailable(self) -> str | None:
        return failures.missing(self._endpoint, self._key)

    def cards(self) -> Sequence[ModelCard]:
        return catalogue.cards_of(self.name)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta, None]:
        if (why := self.unavailable()) is not None:
            raise ModelError("model_key_missing", why)
        async with self._connecting:
            if self._wire is None:
                # Connecting imports an SDK, which takes a second or two: not in the event loop.
                self._wire = await asyncio.to_thread(self._connect)
        async with aclosing(self._wire.stream(request)) as deltas:
            async for delta in deltas:
                yield delta

    async def aclose(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.aclose()
