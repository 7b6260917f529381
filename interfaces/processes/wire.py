"""How long a client may take to send a request, and how much of one before anything is looked at."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""How long the head of a request may take, from the connection or from its first byte on."""

BODY_SECONDS = 20.0
BODY_RATE = 10_000
"""How long its body may take: so long, and a second more for so many bytes that have come."""

MAX_HEAD = 64 * 1024
"""Bytes of a head that does not end. One that ends is measured more strictly, and refused by name."""

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """The server's own, which by itself waits for ever for a request that has begun, and keeps whatever comes."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the server's own
        super().connection_made(transport)
        self._received = 0
        self._in_head = True
        self._begun = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        self._await(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._received += len(data)
        if self._in_head and self._received > MAX_HEAD:
            self._refuse(TOO_LARGE)

    def handle_websocket_upgrade(self) -> None:
        self._rest()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._received = 0
        self._in_head = True
        self._await(self.head_seconds)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._received = 0
        self._in_head = False
        self._await(self.body_seconds)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._rest()

    def _await(self, seconds: float) -> None:
        self._rest()
        self._begun = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self._late)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        more = 0.0
        if not self._in_head:
            more = self._begun + self.body_seconds + self._received / BODY_RATE - self.loop.time()
        if more > 0:
            self._deadline = self.loop.call_later(more, self._late)
        else:
            self._refuse(TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        """Say so where no answer has begun, and hang up."""
        self._rest()
        if self.transport.is_closing():
            return
        if self._in_head or not self.cycle.response_started:
            self.transport.write(answer)
        self.transport.close()
