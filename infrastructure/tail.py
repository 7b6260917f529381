"""One tail of the log for a whole process: it wakes by NOTIFY, reads by position, and everybody follows it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from eventsourcing.persistence import MapperDeserialisationError
from psycopg.sql import SQL, Identifier

from application.errors import Behind, Unavailable
from application.ports import EventStore, Recorded
from infrastructure.database import Database
from infrastructure.postgres_connection import AWAY, Connection

POSITIONS = "SELECT name, position FROM projection_positions"
HURRY = "SELECT pg_notify('projections', %s)"

PAGE = 500
KEPT = 5_000
POLL_SECONDS = 1.0
PAUSE_SECONDS = 0.2
REST_SECONDS = 0.002
DEAF_SECONDS = 0.01
CHANNELS = ("events", "projections", "urgent")
"""Under load a few large pages cost far less than many small ones; whoever comes after a pause is read at once."""

log = structlog.get_logger()


class Tail:
    """Followers near the head are served from memory, others from the log; a slow one costs nobody anything."""

    def __init__(
        self,
        database: Database,
        store: EventStore,
        *,
        page: int = PAGE,
        kept: int = KEPT,
        rest: float = REST_SECONDS,
        hurried: bool = True,
    ) -> None:
        """It reads `page` events at a time and keeps the last `kept` of them in memory at least.

        It does not read again within `rest` seconds, unless something urgent was told or somebody waits for it. One
        that is not `hurried` waits even then: Postgres wakes all who listen to anything whenever something is appended.
        """
        self._database = database
        self._store = store
        self._page = page
        self._kept = kept
        self._rest = rest
        self._read_at = 0.0
        self._deaf = False
        self._channels = CHANNELS if hurried else ("events",)
        self._recent: list[Recorded] = []
        self._head = 0
        self._changed, self._hurried = asyncio.Condition(), asyncio.Condition()
        self.projected: dict[str, int] = {}
        self._looked = 0.0
        self._waiting = 0
        self._wanted: dict[str, int] = {}

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
            await self._listen_to(connection, self._channels)
            self._deaf = False
            await self._advance()
            await self._look_at_projections()
            news = False
            while True:
                told = [each async for each in connection.notifies(timeout=self._patience(news=news), stop_after=1)]
                channels = {each.channel for each in told}
                moved = [each.payload for each in told if each.channel == "projections"]
                await self._hear(moved)
                news = news or self._deaf or not told or bool(channels & {"events", "urgent"})
                if news and ("urgent" in channels or self._due()):
                    await self._look(connection)
                    news = False
                if (moved and self._waiting) or time.monotonic() - self._looked >= POLL_SECONDS:
                    await self._look_at_projections()

    def _patience(self, *, news: bool) -> float:
        return max(0.0, self._read_at + self._rest - time.monotonic()) if news or self._deaf else POLL_SECONDS

    def _due(self) -> bool:
        """Whether it has rested, or somebody waits for what it has not read."""
        wanted = max(self._wanted.values(), default=0)
        return wanted > self._head or time.monotonic() >= self._read_at + self._rest

    async def _hear(self, told: Sequence[str]) -> None:
        """Somebody waits until a read model has come so far: `name:position`; a name alone says that one has moved."""
        wishes = [wish.rpartition(":") for wish in told if ":" in wish]
        if wishes:
            self._wanted |= {name: max(self._wanted.get(name, 0), int(position)) for name, _, position in wishes}
            async with self._hurried:
                self._hurried.notify_all()

    async def linger(self, name: str, position: int, seconds: float) -> None:
        """Rest so long, that more may come; not where somebody waits until this one is further than the position.

        Nor where it is behind by more than a page.
        """
        if self._head - position > self._page:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._hurried:
                await self._hurried.wait_for(lambda: self._wanted.get(name, 0) > position)

    async def _look(self, connection: Connection) -> None:
        """Read. One that rests for long does not hear of each append as long as it finds something every time."""
        before = self._head
        await self._advance()
        found = self._head > before
        if self._rest < DEAF_SECONDS or found == self._deaf:
            return
        if found:
            await connection.execute("UNLISTEN events")
        else:
            await self._listen_to(connection, ("events",))
        self._deaf = found
        if not found:
            await self._advance()

    @staticmethod
    async def _listen_to(connection: Connection, channels: Sequence[str]) -> None:
        for channel in channels:
            await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))

    async def _advance(self) -> None:
        """Read to the head; whatever is appended after the last page has a wake-up of its own."""
        self._read_at = time.monotonic()
        while page := await self._store.read(self._head, self._page):
            self._recent += page
            if len(self._recent) > 2 * self._kept:
                del self._recent[: -self._kept]
            self._head = page[-1].position
            await self._wake()
            if len(page) < self._page:
                break

    async def _look_at_projections(self) -> None:
        async with self._database.connection() as connection:
            rows = await (await connection.execute(POSITIONS)).fetchall()
        projected, self._looked = dict(rows), time.monotonic()
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
        return self._recent[start:]

    async def _read(self, position: int) -> Sequence[Recorded]:
        return await self._store.read(position, self._page) if position < self._head else []

    async def wait_for(self, projection: str, position: int, seconds: float = 5.0) -> None:
        """Return once the projection has seen the position. Raises Behind when it takes too long."""
        if self.projected.get(projection, 0) >= position:
            return
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._look_at_projections()
                if self.projected.get(projection, 0) < position:
                    await self._wait(projection, position)
        except TimeoutError:
            raise Behind from None
        finally:
            self._waiting -= 1

    async def _wait(self, projection: str, position: int) -> None:
        async with self._database.connection() as connection:
            await connection.execute(HURRY, (f"{projection}:{position}",))
        async with self._changed:
            await self._changed.wait_for(lambda: self.projected.get(projection, 0) >= position)
