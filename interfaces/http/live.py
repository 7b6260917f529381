"""Live streams: several sources become one, with a sign of life when all are silent, and end when the API stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from litestar.response import ServerSentEventMessage

from application.errors import Unavailable

KEEP_ALIVE_SECONDS = 15.0
BUFFERED = 256

log = structlog.get_logger()

_open: set[asyncio.Task[None]] = set()


async def with_keep_alive(
    *sources: AsyncIterator[ServerSentEventMessage],
) -> AsyncIterator[ServerSentEventMessage]:
    """The messages of all sources as they come, until the client goes or one of the sources ends."""
    queue: asyncio.Queue[ServerSentEventMessage | None] = asyncio.Queue(BUFFERED)
    pumps = [asyncio.create_task(_pump(source, queue)) for source in sources]
    _open.update(pumps)
    try:
        while True:
            try:
                message = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                message = ServerSentEventMessage(data=None, comment="keep-alive")
            if message is None:
                return
            yield message
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        _open.difference_update(pumps)


async def _pump(
    source: AsyncIterator[ServerSentEventMessage], queue: "asyncio.Queue[ServerSentEventMessage | None]"
) -> None:
    """A full queue makes the source wait, so a slow client costs no memory."""
    try:
        async for message in source:
            await queue.put(message)
    except (Unavailable, OSError) as error:
        log.warning("live.ended", reason=type(error).__name__)
    finally:
        with contextlib.suppress(asyncio.QueueFull):
            queue.put_nowait(None)


def end_all() -> None:
    """End every stream; the clients come back to another process, or to the next one."""
    for pump in list(_open):
        pump.cancel()
