"""A server that answers with any bytes, when a test has it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from application.tasks import ended
from tests.support import tiny_http

Reply: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Server:
    """It answers each request with the next of its replies, and the last of them for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.connections = 0
        self.asked: list[tiny_http.Request] = []
        self.left = asyncio.Event()
        self.url = ""
        self.serving: set[asyncio.Task[None]] = set()
        self._replies = [*replies]

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError):
                while (request := await tiny_http.read(reader)) is not None and not writer.is_closing():
                    self.asked.append(request)
                    await (self._replies.pop(0) if len(self._replies) > 1 else self._replies[0])(writer)
        finally:
            writer.close()
            self.left.set()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def running(*replies: Reply, secure: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(*replies)
    listener = await asyncio.start_server(server.connected, "127.0.0.1", 0, ssl=secure)
    server.url = f"{'https' if secure else 'http'}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener:
        yield server
        await ended(*server.serving)


def says(answer: bytes, *, closing: bool = False) -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        if closing:
            writer.close()

    return reply
