"""Live streams end with what their clients were let in by: a sign-in, a key, a role, or the time of a token."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from eventsourcing.persistence import MapperDeserialisationError

from application.errors import NotSignedIn, Z2Error
from application.identity.grants import Grants
from interfaces.http.auth import Admission

LOOK_SECONDS = 0.4
"""How often all open streams are looked at; what ends is refused everywhere within a second."""

COME_BACK = b"retry: 1000\n: sign in and come back to where you were\n\n"
"""The last that a stream says whose client may no longer see it."""

Item = TypeVar("Item")

log = structlog.get_logger()


class Attended:
    """An open stream. Once it is `over`, its client may see no more of it."""

    def __init__(self, admission: Admission, end: Callable[[], None] | None) -> None:
        self.admission = admission
        self._over = asyncio.Event()
        self._end = end
        self._waiting: asyncio.Timeout | None = None

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def finish(self) -> None:
        """Nothing more is sent but what is being sent already."""
        self._over.set()
        if self._end is not None:
            self._end()
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    async def of(self, source: AsyncIterator[Item]) -> AsyncIterator[Item]:
        """What the source gives, until it ends or the stream is over."""
        while not self._over.is_set():
            try:
                # only waiting is broken off: who is being sent something gets all of it
                async with asyncio.timeout(None) as self._waiting:
                    item = await anext(source)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if not self._over.is_set():
                    raise
                return
            finally:
                self._waiting = None
            yield item


class Attendance:
    """All open streams of this process. Of those of one login or key, the log is asked but once."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants
        self._open: set[Attended] = set()

    def __len__(self) -> int:
        return len(self._open)

    @contextlib.contextmanager
    def attended(self, admission: Admission, end: Callable[[], None] | None = None) -> Iterator[Attended]:
        """A stream for as long as the block lasts; `end` is called where it is over before."""
        stream = Attended(admission, end)
        self._open.add(stream)
        try:
            yield stream
        finally:
            self._open.discard(stream)

    async def look_after(self) -> None:
        """End, for ever, the streams whose clients may no longer see them."""
        while True:
            began = time.monotonic()
            try:
                await self.look()
            except Z2Error as error:
                # requests fail as well by now; nobody is shown out because of a log that is away
                log.warning("attendance.unknown", error=type(error).__name__)
            await asyncio.sleep(max(0.0, began + LOOK_SECONDS - time.monotonic()))

    async def look(self) -> None:
        """Ask once about everybody who has a stream open."""
        streams = defaultdict[UUID, list[Attended]](list)
        for stream in self._open:
            actor = stream.admission.actor
            streams[actor.login_id or actor.key_id or actor.user_id].append(stream)
        with contextlib.suppress(MapperDeserialisationError):  # whose it is shows when they are asked about one by one
            await self._grants.renew(*streams)
        for opened in streams.values():
            for stream in opened:
                if not await _may_stay(stream.admission):
                    log.info("attendance.ended", user=str(stream.admission.actor.user_id))
                    stream.finish()


async def _may_stay(admission: Admission) -> bool:
    """Whether the client is who it was when it was let in, with the same rights."""
    if admission.ends_at is not None and datetime.now(UTC) >= admission.ends_at:
        return False
    try:
        return await admission.ask(None) == admission.actor
    except (NotSignedIn, MapperDeserialisationError):
        return False


def admission_of(connection: Any) -> Admission:
    """How the client of a request or a WebSocket was let in."""
    admission: Admission = connection.auth
    return admission
