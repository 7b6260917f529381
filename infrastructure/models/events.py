"""Server-sent events as providers send them, as bytes: whoever reads them knows what they are. Import it late."""

import asyncio
import contextlib

import httpx2

from infrastructure.models import transport

DRAIN_SECONDS = 0.1
"""So long the end of an answer may take after its last event; a connection that is cut off cannot be used again."""

DONE = b"[DONE]"


class Events:
    """The data of the events that have come, until the stream ends or says that it is done.

    Raises what the transport raises.
    """

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._bytes = response.aiter_bytes()
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._ready: list[bytes] = []
        self._done = False

    async def __anext__(self) -> list[bytes]:
        while not (self._ready or self._done):
            self._take(await anext(self._bytes))
        if not self._ready:
            await self._drain()
            raise StopAsyncIteration
        ready, self._ready = self._ready, []
        return ready

    async def close(self) -> None:
        await self._response.aclose()

    def _take(self, piece: bytes) -> None:
        if not (b"\n" in piece or b"\r" in piece):
            self._line.append(piece)
            return
        lines = b"".join([*self._line, piece]).splitlines(keepends=True)
        # what ends with a carriage return may go on with a line feed
        self._line = [] if lines[-1].endswith(b"\n") else [lines.pop()]
        for line in lines:
            self._read(line.rstrip(b"\r\n"))

    def _read(self, line: bytes) -> None:
        if not line and self._data:
            data, self._data = b"\n".join(self._data), []
            self._done = self._done or data.startswith(DONE)
            if not self._done:
                self._ready.append(data)
        elif line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))

    async def _drain(self) -> None:
        with contextlib.suppress(TimeoutError, *transport.ERRORS):
            async with asyncio.timeout(DRAIN_SECONDS):
                async for _ in self._bytes:
                    pass
