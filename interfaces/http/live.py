"""Live streams: several sources become one, with a sign of life when all are silent, and end when the API stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

import structlog
from eventsourcing.persistence import MapperDeserialisationError
from litestar.response import ServerSentEvent, ServerSentEventMessage, Stream

from application.errors import Unavailable
from application.tasks import ended

KEEP_ALIVE_SECONDS = 15.0
BUFFERED = 256

Messages: TypeAlias = AsyncIterator[ServerSentEventMessage]
Queue: TypeAlias = "asyncio.Queue[ServerSentEventMessage | None]"

COME_BACK = ServerSentEventMessage(data=None, retry=1_000, comment="sign in and come back to where you were")
"""The last that a stream says whose client may no longer see it."""

log = structlog.get_logger()


class Attended(Protocol):
    """A stream that somebody looks after."""

    @property
    def over(self) -> bool:
        """Whether its client may no longer see it."""
        ...


Attend: TypeAlias = Callable[[Callable[[], None]], AbstractContextManager[Attended]]


class EventStream(Stream):
    """Server-sent events that are made already."""

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        super().__init__(frames, media_type="text/event-stream")


class _Open:
    """What all open streams of this process have yet to send."""

    def __init__(self) -> None:
        self.queues: set[Queue] = set()
        self.ending = False


_open = _Open()


def stream(*sources: Messages, keep_alive: float, attend: Attend | None = None) -> ServerSentEvent:
    """The messages of all sources as one answer; after `keep_alive` silent seconds it shows that it lives.

    `attend` looks after the stream while it is open, and ends it where its client may no longer see it.
    """
    return ServerSentEvent(_merged(sources, keep_alive, attend), headers={"Cache-Control": "no-store"})


async def _merged(sources: tuple[Messages, ...], keep_alive: float, attend: Attend | None) -> Messages:
    """Messages as they come, until the client goes, or the API, or one of the sources ends."""
    if _open.ending:
        return
    queue: Queue = asyncio.Queue(BUFFERED)
    pumps = [asyncio.create_task(_pump(source, queue)) for source in sources]
    _open.queues.add(queue)
    attended = attend(lambda: _close(queue)) if attend else contextlib.nullcontext()
    try:
        with attended as seen_to:
            while (message := await _next(queue, keep_alive)) is not None:
                yield message
            if seen_to is not None and seen_to.over:
                yield COME_BACK
    finally:
        _open.queues.discard(queue)
        await ended(*pumps)


async def _next(queue: Queue, keep_alive: float) -> ServerSentEventMessage | None:
    try:
        async with asyncio.timeout(keep_alive):
            return await queue.get()
    except TimeoutError:
        return ServerSentEventMessage(data=None, comment="keep-alive")


async def _pump(source: Messages, queue: Queue) -> None:
    """A full queue makes the source wait, so a slow client costs no memory."""
    try:
        async for message in source:
            await queue.put(message)
    except (Unavailable, OSError) as error:
        log.warning("live.ended", reason=type(error).__name__)
    except MapperDeserialisationError as error:
        log.error("live.unreadable_event", error=str(error))  # noqa: TRY400 - its trace tells no more
    finally:
        _close(queue)


def _close(queue: Queue) -> None:
    """What is not sent by now never will be: the client asks for it again when it comes back."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)


def is_ending() -> bool:
    """Whether the API is about to stop."""
    return _open.ending


def begin() -> None:
    """From now on streams are served."""
    _open.ending = False


def end_all() -> None:
    """End every stream, also those that still come; the clients go on at another process, or at the next one."""
    _open.ending = True
    for queue in _open.queues:
        _close(queue)
