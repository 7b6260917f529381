"""One tail of the log for a whole process: it wakes by NOTIFY, reads by position, and everybody follows it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from eventsourcing.persistence import MapperDeserialisationError

from application.errors import Behind, Unavailable
from application.ports import EventStore, Recorded
from infrastructure.database import Database
from infrastructure.postgres_connection import AWAY

POSITIONS = "SELECT name, position FROM projection_positions"

PAGE = 500
KEPT = 5_000
POLL_SECONDS = 1.0
PAUSE_SECONDS = 0.2

log = structlog.get_logger()


class Tail:
    """Followers near the head are served from memory, others from the log; a slow one costs nobody anything."""

    def __init__(self, database: Database, store: EventStore, *, page: int = PAGE, kept: int = KEPT) -> None:
        """It reads `page` events at a time and keeps the last `kept` of them in memory."""
        self._database = database
        self._store = store
        self._page = page
        self._kept = kept
        self._recent: list[Recorded] = []
        self._head = 0
        self._changed = asyncio.Condition()
        self.projected: dict[str, int] = {}

    @property
    def head(self) -> int:
        """The last position that this process has seen."""
        return self._head

    async def run(self) -> None:
        """Tail for ever; a lost connection is made again."""
        await self._go_to_head()
        while True:
            try:
                await self._listen()
            except (*AWAY, Unavailable) as error:
                log.warning("tail.reconnecting", error=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
            except MapperDeserialisationError as error:
                log.error("tail.unreadable", error=str(error))  # noqa: TRY400 -- its trace tells no more
                await self._go_to_head()

    async def _go_to_head(self) -> None:
        """Begin at the end of the log; followers who are not there yet read for themselves."""
        self._recent, self._head = [], await self._patiently_head()
        await self._wake()

    async def _patiently_head(self) -> int:
        while True:
            try:
                return await self._store.head()
            except Unavailable:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _listen(self) -> None:
        async with await self._database.connect() as connection:
            await connection.execute("LISTEN events")
            await connection.execute("LISTEN projections")
            told: set[str] = set()
            while True:
                if told != {"projections"}:
                    await self._advance()
                if told != {"events"}:
                    await self._look_at_projections()
                told = {each.channel async for each in connection.notifies(timeout=POLL_SECONDS, stop_after=1)}

    async def _advance(self) -> None:
        """Read to the head; whatever is appended after the last page has a wake-up of its own."""
        while page := await self._store.read(self._head, self._page):
            self._recent += page
            del self._recent[: -self._kept]
            self._head = page[-1].position
            await self._wake()
            if len(page) < self._page:
                break

    async def _look_at_projections(self) -> None:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(POSITIONS)).fetchall()
        projected = dict(rows)
        if projected != self.projected:
            self.projected = projected
            await self._wake()

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @asynccontextmanager
    async def follow(self, after: int) -> AsyncIterator[AsyncIterator[Sequence[Recorded]]]:
        """Batches of events behind `after`, without gap or repeat, for ever."""
        batches = self._batches(after)
        try:
            yield batches
        finally:
            await batches.aclose()

    async def _batches(self, position: int) -> AsyncGenerator[Sequence[Recorded], None]:
        while True:
            if batch := await self.batch(position):
                position = batch[-1].position
                yield batch

    async def batch(self, position: int, seconds: float | None = None) -> Sequence[Recorded]:
        """The next events behind a position; none where nothing has come for so many seconds."""
        if batch := self._remembered(position) or await self._read(position):
            return batch
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._head > position)
        except TimeoutError:
            return ()
        return self._remembered(position) or await self._read(position)

    def _remembered(self, position: int) -> Sequence[Recorded]:
        """Positions are dense, so the place in memory is a subtraction."""
        if not self._recent or position < self._recent[0].position - 1:
            return []
        start = position - self._recent[0].position + 1
        return self._recent[start : start + self._page]

    async def _read(self, position: int) -> Sequence[Recorded]:
        return await self._store.read(position, self._page) if position < self._head else []

    async def wait_for(self, projection: str, position: int, seconds: float = 5.0) -> None:
        """Return once the projection has seen the position. Raises Behind when it takes too long."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.projected.get(projection, 0) >= position)
        except TimeoutError:
            raise Behind from None
