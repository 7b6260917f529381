"""The way of the SDKs' requests to providers.

The pool that they bring along looks at each of its idle connections twice for each request, and parses in Python; that
costs more than all else that a call through Z2 takes. Here a connection that its server closes is forgotten at once.
"""

import asyncio
import re
import socket
import ssl
from asyncio.staggered import staggered_race
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeAlias
from urllib.request import getproxies

import httpx2

from infrastructure import addresses
from infrastructure.models.connection import Connection

IDLE_SECONDS = 5.0
"""So long a connection waits for its next request: servers close those that wait for longer, some without a word."""

MOST_IDLE = 100
"""Connections that wait, of each origin."""

NEXT_ADDRESS_SECONDS = 0.25
"""After so long the next address of a name is tried beside the one before (RFC 8305)."""

_ENDS_A_LINE = re.compile(rb"[\r\n\0]")

Origin: TypeAlias = tuple[bool, str, int, str]


class Transport(httpx2.AsyncBaseTransport):
    """HTTP/1.1 without proxies. Of a request's timeouts it heeds the one to connect."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        self._idle: dict[Origin, list[Connection]] = {}
        self._open: set[Connection] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        origin = _origin(request.url, request.extensions)
        message = await _message(request)
        connection = self._waiting(origin) or await self._connected(origin, request)
        try:
            status, headers = await connection.ask(message)
        except BaseException:
            connection.close()
            raise
        body = _Body(connection, partial(self._take_back, origin))
        return httpx2.Response(status, headers=headers, stream=body, extensions={"http_version": b"HTTP/1.1"})

    async def aclose(self) -> None:
        for connection in [*self._open]:
            connection.close()

    def _waiting(self, origin: Origin) -> Connection | None:
        waiting, now = self._idle.get(origin, []), asyncio.get_running_loop().time()
        while waiting:
            connection = waiting.pop()
            if not connection.closed and now - connection.idle_since < IDLE_SECONDS and not connection.left():
                return connection
            connection.close()
        return None

    def _take_back(self, origin: Origin, connection: Connection) -> None:
        if not connection.rest():
            return
        waiting = self._idle.setdefault(origin, [])
        waiting.append(connection)
        if len(waiting) > MOST_IDLE or connection.idle_since - waiting[0].idle_since >= IDLE_SECONDS:
            waiting.pop(0).close()

    async def _connected(self, origin: Origin, request: httpx2.Request) -> Connection:
        secure, host, port, name = origin
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("connect")):
                found = await _socket(host, port)
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self._open.discard),
                    sock=found,
                    ssl=self._trust if secure else None,
                    server_hostname=name if secure else None,
                )
        except TimeoutError:
            raise httpx2.ConnectTimeout("it took too long to connect", request=request) from None
        except (OSError, ssl.SSLError) as error:
            raise httpx2.ConnectError(str(error), request=request) from error
        if not connection.closed:
            self._open.add(connection)
        return connection


def client(timeout: httpx2.Timeout) -> httpx2.AsyncClient:
    """What an SDK sends its requests with; where the environment names a proxy, that is asked, as by the SDK's own."""
    proxied = {"http", "https", "all"} & getproxies().keys()
    return httpx2.AsyncClient(
        transport=None if proxied else Transport(addresses.trust()),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=MOST_IDLE),
        follow_redirects=True,
        timeout=timeout,
    )


class _Body(httpx2.AsyncByteStream):
    """The body of an answer; the connection is given back once it is closed."""

    def __init__(self, connection: Connection, give_back: Callable[[Connection], None]) -> None:
        self._connection = connection
        self._give_back: Callable[[Connection], None] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._give_back is not None and (piece := await self._connection.read()):
            yield piece

    async def aclose(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back(self._connection)


def _origin(url: httpx2.URL, extensions: Any) -> Origin:
    """Raises UnsupportedProtocol where the address is none of HTTP."""
    secure, host = url.scheme == "https", url.raw_host.decode("ascii")
    if url.scheme not in ("http", "https") or not host:
        raise httpx2.UnsupportedProtocol("an address begins with http:// or https:// and a host")
    return secure, host, url.port or (443 if secure else 80), extensions.get("sni_hostname") or host


async def _message(request: httpx2.Request) -> bytes:
    """The whole request. Raises LocalProtocolError where it cannot be written so."""
    if "transfer-encoding" in request.headers:
        raise httpx2.LocalProtocolError("the length of a request has to be known", request=request)
    head = [b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    for name, value in request.headers.raw:
        if _ENDS_A_LINE.search(name) or _ENDS_A_LINE.search(value):
            raise httpx2.LocalProtocolError("a header has more than one line", request=request)
        head.append(b"%b: %b" % (name, value))
    return b"\r\n".join([*head, b"", await request.aread()])


async def _socket(host: str, port: int) -> socket.socket:
    """Connected to the first address of the host that answers. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)

    async def connect(family: int, kind: int, proto: int, _: str, address: Any) -> socket.socket:
        tried = socket.socket(family, kind, proto)
        try:
            tried.setblocking(False)
            await loop.sock_connect(tried, address)
        except BaseException:
            tried.close()
            raise
        return tried

    made: socket.socket | None
    made, _, errors = await staggered_race([partial(connect, *each) for each in found], NEXT_ADDRESS_SECONDS)
    if made is None:
        raise next((error for error in errors if isinstance(error, OSError)), OSError("the name has no address"))
    return made
