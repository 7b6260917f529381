"""A connection to a provider: HTTP/1.1, one request after the other, read with the parser that the server has too."""

import asyncio
import select
from collections.abc import Callable
from typing import cast

import httptools
import httpx2

MOST_BUFFERED = 256 * 1024
"""Bytes of a body that wait for their reader before the connection is told to pause."""

LONGEST_HEAD = 128 * 1024
"""Bytes of a status and its headers; what is longer is no answer."""


class Connection(asyncio.Protocol):
    """`over` is called once when it is of no use any more."""

    def __init__(self, over: "Callable[[Connection], None]") -> None:
        self._over = over
        self._parser = httptools.HttpResponseParser(self)
        self._loop = asyncio.get_running_loop()
        self._headers: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []
        self._buffered = self._head_size = 0
        self._asked = self._begun = self._whole = self._paused = self._stays = self.closed = False
        self._error: httpx2.TransportError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self.idle_since = 0.0

    async def ask(self, message: bytes) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Send a whole request; the status and the headers of the answer. Raises httpx2.TransportError."""
        self._headers, self._head_size = [], 0
        self._asked, self._begun, self._whole = True, False, False
        self._transport.write(message)
        while not self._begun:
            await self._news()
        return self._parser.get_status_code(), self._headers

    async def read(self) -> bytes:
        """What has come of the body; nothing at its end. Raises httpx2.TransportError."""
        while not self._pieces:
            if self._whole:
                return b""
            await self._news()
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces, self._buffered = [], 0
        if self._paused and not self.closed:
            self._paused = False
            self._transport.resume_reading()
        return body

    def rest(self) -> bool:
        """Whether it can be asked again: the answer is whole, and the server keeps the connection."""
        if self.closed or self._paused or not (self._whole and self._stays):
            self.close()
            return False
        self._asked, self._pieces, self._buffered = False, [], 0
        self.idle_since = self._loop.time()
        return True

    def left(self) -> bool:
        """Whether its server has gone, or talks unasked; the event loop may not have heard of it yet."""
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Drop it, with whatever is still to come."""
        self._fail(httpx2.ReadError("the connection was closed"))
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(httpx2.RemoteProtocolError("the answer is not HTTP/1.1"))
        if self.closed or not self._asked:
            self.close()
        self._wake()

    def eof_received(self) -> None:
        """The end of the connection is also that of a body whose length nobody has told."""
        if self._begun and not self._whole and self._until_close():
            self._whole = True

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(httpx2.RemoteProtocolError("the server has closed the connection before its answer was whole"))

    def on_message_begin(self) -> None:
        if self._whole:
            raise ValueError("there is more than one answer to a request")

    def on_status(self, status: bytes) -> None:
        self._longer(len(status))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))
        self._longer(len(name) + len(value))

    def on_headers_complete(self) -> None:
        # a status below announces the answer, and is none
        self._begun = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)
        self._buffered += len(body)
        if self._buffered > MOST_BUFFERED and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        self._whole, self._stays = self._begun, self._parser.should_keep_alive()
        self._headers = self._headers if self._begun else []

    async def _news(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _longer(self, size: int) -> None:
        self._head_size += size
        if self._head_size > LONGEST_HEAD:
            raise ValueError("the head of the answer is too long")

    def _until_close(self) -> bool:
        told = {name.lower() for name, _ in self._headers}
        return not told & {b"content-length", b"transfer-encoding"}

    def _fail(self, error: httpx2.TransportError) -> None:
        if not self.closed:
            self.closed, self._error = True, error
            self._over(self)
        self._wake()
