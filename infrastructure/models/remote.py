"""A provider on the network: known from the start, connected when it is asked for the first time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Protocol

from application.models import catalogue
from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta
from infrastructure.models import failures


class Wire(Protocol):
    """A connected client of one endpoint."""

    def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]: ...

    async def discover(self) -> Sequence[str]: ...

    async def aclose(self) -> None: ...


class Remote:
    """One endpoint. It keeps its connections: `aclose` it in the event loop that used it."""

    def __init__(
        self,
        name: str,
        endpoint: failures.Endpoint,
        *,
        key: str | None,
        connect: Callable[[], Wire],
        why_not: str | None = None,
        region: str = "",
    ) -> None:
        self.name = name
        self.own = endpoint.own
        self.region = region
        self.retired = False
        self._endpoint = endpoint
        self._key = key
        self._connect = connect
        self._why_not = why_not
        self._wire: Wire | None = None
        self._connecting = asyncio.Lock()
        self._under_way = 0

    def unavailable(self) -> str | None:
        return self._why_not or failures.missing(self._endpoint, self._key)

    def cards(self) -> Sequence[ModelCard]:
        return catalogue.cards_of(self.name)

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        """Ask. `card` is what the workspace knows of the model, where that is more than the catalogue does."""
        async with self._connected() as wire, aclosing(wire.stream(request, card)) as deltas:
            async for delta in deltas:
                yield delta

    async def discover(self) -> Sequence[str]:
        """The names of the models that it lists now, which costs nothing. Raises ModelError."""
        async with self._connected() as wire:
            return await wire.discover()

    async def retire(self) -> None:
        """Close the connections as soon as nothing is under way; whoever still has it may go on asking."""
        self.retired = True
        if not self._under_way:
            await self.aclose()

    async def aclose(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.aclose()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Wire]:
        if (why := self.unavailable()) is not None:
            raise ModelError("model_key_missing", why)
        self._under_way += 1
        try:
            async with self._connecting:
                if self._wire is None:
                    # Connecting imports an SDK, which takes a second or two: not in the event loop.
                    self._wire = await asyncio.to_thread(self._connect)
                wire = self._wire
            yield wire
        finally:
            self._under_way -= 1
            if self.retired and not self._under_way:
                await self.aclose()
