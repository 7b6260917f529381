"""Clients that send slowly, endlessly or not at all hold a connection only for so long."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from interfaces.processes.wire import MAX_HEAD, PatientProtocol

HEAD = b"POST / HTTP/1.1\r\nHost: z2\r\nContent-Length: %d\r\n\r\n"
CLOSED = (b"", b"HTTP/1.1 408 Request Timeout")


class Hasty(PatientProtocol):
    """As patient as a test is."""

    head_seconds = 0.5
    body_seconds = 0.5


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says how many bytes came, once all have."""
    assert scope["type"] == "http"
    count, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        count += len(message["body"])
        more = message["more_body"]
    body = str(count).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(protocol: type[PatientProtocol], **settings: Any) -> AsyncIterator[int]:
    """The port of a server with this protocol."""
    config = uvicorn.Config(echo, http=protocol, lifespan="off", log_config=None, **settings)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def hasty() -> AsyncIterator[int]:
    async with served(Hasty) as port:
        yield port


async def said(port: int, *pieces: bytes, pause: float = 0) -> bytes:
    """All that the server says until it hangs up, whatever is sent in such pieces."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [b"POST"],
        [b"POST / HTTP/1.1\r\nHost: z2\r\n"],
        [b"POST / HTTP/1.1\r\n", *[b"X-%d: slow\r\n" % number for number in range(100)]],
        [HEAD % 10],
        [HEAD % 1_000_000, *[b"x"] * 100],
        [b"POST / HTTP/1.1\r\nHost: z2\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 100],
    ],
    ids=["nothing", "a word", "half a head", "endless headers", "no body", "a slow body", "slow chunks"],
)
async def test_a_request_that_does_not_come_to_its_end_is_given_up(hasty: int, pieces: list[bytes]) -> None:
    answer = await said(hasty, *pieces, pause=0.02)
    assert answer.startswith(b"HTTP/1.1 408") or answer == b""


@pytest.mark.parametrize("endless", [b"POST / HTTP/1.1\r\nX: ", b"POST /", b"POST / HTTP/1.1\r\n"])
async def test_a_head_without_end_is_not_kept(endless: bytes) -> None:
    line = b"y" * 1_000 if not endless.endswith(b"\n") else b"X-%s: y\r\n" % (b"z" * 990)
    async with served(PatientProtocol) as port:
        answer = await said(port, endless, *[line] * (MAX_HEAD // 1_000 + 200))
    assert answer.startswith(b"HTTP/1.1 431") or answer == b""


async def test_who_sends_in_time_is_served_request_after_request(hasty: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty)
    for size in (0, 10, 100_000):
        writer.write(HEAD % size + b"x" * size)
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(len(str(size))) == str(size).encode()
    writer.close()


async def test_a_large_body_has_more_time_as_it_comes() -> None:
    class Slow(PatientProtocol):
        body_seconds = 0.05

    async with served(Slow) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        size, piece = 400_000, b"x" * 40_000
        writer.write(HEAD % size)
        for _ in range(size // len(piece)):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")
        writer.close()


async def test_connections_beyond_the_limit_are_told_to_come_back() -> None:
    async with served(PatientProtocol, limit_concurrency=3) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        answer = await said(port, b"GET / HTTP/1.1\r\nHost: z2\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 503")
        for _, writer in held:
            writer.close()


@pytest.mark.parametrize(
    "nonsense", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00"]
)
async def test_what_is_no_http_is_refused_at_once(hasty: int, nonsense: bytes) -> None:
    answer = await said(hasty, nonsense)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 408")) or answer == b""
