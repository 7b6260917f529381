"""What a process measures of itself, for Prometheus: at a port of its own where it serves nothing else."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator, Mapping

import structlog
from redis.exceptions import RedisError

from application.errors import Unavailable
from infrastructure import metrics
from infrastructure.redis import queue
from infrastructure.settings import Settings
from infrastructure.webhooks.deliveries import Deliveries
from interfaces.composition import Core

READ_SECONDS = 2.0
LONGEST_HEAD = 16_384

log = structlog.get_logger()


async def exposition(core: Core) -> bytes:
    """The metrics as text; what cannot be looked up just now is left out."""
    looks = _head(core), _jobs(core), _undelivered(core), _waiting(core)
    head, jobs, undelivered, waiting = await asyncio.gather(*looks)
    states, projected = core.executor.states, core.tail.projected
    return metrics.text(metrics.Readings(head, projected, states.hits, states.misses, jobs, undelivered, waiting))


def admits(configured: Settings, authorization: str) -> bool:
    """Whether this header may read the metrics."""
    wanted = f"Bearer {configured.metrics_token}".encode()
    return not configured.metrics_token or hmac.compare_digest(wanted, authorization.encode())


@contextlib.asynccontextmanager
async def served(core: Core, port: int) -> AsyncIterator[None]:
    """The metrics of a process at a port as long as the block lives; at port 0 they are nowhere."""
    if not port:
        yield
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(READ_SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            writer.write(await _answer(core, head))
            await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, core.settings.host, port, limit=LONGEST_HEAD)
    except OSError as error:
        log.warning("metrics.not_served", port=port, reason=str(error))
        yield
        return
    async with server:
        yield


async def _answer(core: Core, head: str) -> bytes:
    request, *lines = head.split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, _, path = request.rpartition(" ")[0].partition(" ")
    if method != "GET" or path.partition("?")[0] != "/metrics":
        return _response("404 Not Found", b"there is only GET /metrics\n", "text/plain")
    if not admits(core.settings, headers.get("authorization", "")):
        return _response("401 Unauthorized", b"this takes the token of Z2_METRICS_TOKEN\n", "text/plain")
    return _response("200 OK", await exposition(core), metrics.CONTENT_TYPE)


def _response(status: str, body: bytes, media_type: str) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def _head(core: Core) -> int | None:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await core.store.head()
    except (Unavailable, TimeoutError):
        return None


async def _undelivered(core: Core) -> Mapping[str, int] | None:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await Deliveries(core.database).counts()
    except (Unavailable, TimeoutError):
        return None


async def _jobs(core: Core) -> int | None:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return int(await core.redis.zcard(queue.QUEUE))
    except (RedisError, OSError, TimeoutError):
        return None


async def _waiting(core: Core) -> Mapping[str, int] | None:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await queue.lengths(core.redis)
    except (RedisError, OSError, TimeoutError):
        return None
