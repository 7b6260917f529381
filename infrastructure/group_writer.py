"""Group commit: whatever waits while one append is on its way goes into the next one, in a single statement."""

import asyncio
import select
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any, TypeAlias

import structlog

from application.errors import KeyReused, Unavailable
from application.ports import Conflict, IdempotencyKey, Outcome, Write
from infrastructure import append_columns, fail_points, metrics
from infrastructure.announcements import Announcements
from infrastructure.append_columns import Columns, Kind, columns_of, never
from infrastructure.database import Database
from infrastructure.payload_puts import PUT, columns
from infrastructure.postgres_connection import AWAY, Connection, told

APPEND = """
SELECT base, refused, known, known_digest, known_stream, known_position,
       CASE WHEN %b::boolean THEN pg_notify('events', '') END, CASE WHEN %b::boolean THEN pg_notify('urgent', '') END
FROM append_events(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::int[],
                    %b::int[], %b::uuid[], %b::text[], %b::bytea[])
"""

KEEP = "WITH kept AS (" + PUT + ")" + APPEND
"""The same, with texts. Postgres stores them after the events, so all who do both take their locks in one order."""

MOST_EVENTS = 1_000
"""In one statement; what waits beyond that goes into the next."""

UNKNOWN = "whether this was done is not known; send the request again with the same Idempotency-Key"
NOTHING = "this attempt did nothing; send the request again with the same Idempotency-Key"

Appended: TypeAlias = Callable[[int, Sequence[Write]], None]
"""Hears of what was appended behind a position, in its order."""

log = structlog.get_logger()


class Waiting:
    """A command on its way, and whoever waits for its outcome."""

    __slots__ = ("columns", "key", "outcome", "writes")

    def __init__(self, columns: Columns, key: IdempotencyKey | None, writes: Sequence[Write]) -> None:
        self.columns = columns
        self.key = key
        self.writes = writes
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def settle(self, outcome: Outcome | Exception) -> None:
        """Tell the caller, unless it has gone."""
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            if isinstance(outcome, Conflict):
                metrics.CONFLICTS.inc()
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class GroupWriter:
    """Writes on one connection of its own, with one statement in flight."""

    def __init__(
        self, database: Database, urgent: Kind = never, quiet: Kind = never, appended: Appended | None = None
    ) -> None:
        """What is `urgent` is told on a channel of its own, for those who look at the log seldom otherwise.

        What is `quiet` is told a little later, where nothing else is told before.
        """
        self._database = database
        self._announcements = Announcements(database)
        self._urgent = urgent
        self._quiet = quiet
        self._appended = appended
        self._connection: Connection | None = None
        self._waiting: deque[Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def append(self, writes: Sequence[Write], key: IdempotencyKey | None) -> Outcome:
        """Append all or nothing. Raises Conflict, KeyReused, or Unavailable where its end is not known."""
        waiting = Waiting(columns_of(writes, self._urgent, self._quiet), key, writes)
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await waiting.outcome

    async def close(self) -> None:
        """Write what waits, then close the connection."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
        await self._announcements.close()
        await self._drop_connection()

    async def _write(self) -> None:
        while self._waiting:
            await self._append(self._next())

    def _next(self) -> list[Waiting]:
        """The next batch; at most one command for each version of a stream, and one for each key."""
        batch: list[Waiting] = []
        later: list[Waiting] = []
        taken: set[object] = set()
        events = 0
        while self._waiting and events < MOST_EVENTS:
            waiting = self._waiting.popleft()
            places = set(zip(waiting.columns.streams, waiting.columns.versions, strict=True))
            key = waiting.key and (waiting.key.workspace_id, waiting.key.key)
            beaten = not taken.isdisjoint(places)
            if key is not None and (beaten or key in taken):
                later.append(waiting)  # the next batch finds the outcome, if there is one under its key
            elif beaten:
                waiting.settle(Conflict())
            else:
                taken |= places | {key}
                events += len(places)
                batch.append(waiting)
        self._waiting.extendleft(reversed(later))
        return batch

    async def _append(self, batch: list[Waiting]) -> None:
        if not batch:
            return
        begun = perf_counter()
        try:
            answer = await self._execute(batch)
        except (*AWAY, OSError) as error:
            log.warning("postgres.unavailable", error=type(error).__name__)
            # a server that refuses, or was not there to be asked, has done nothing; one that fell silent may have
            in_doubt = self._connection is not None and self._connection.closed
            await self._drop_connection()
            _settle(batch, Unavailable(f"{told(error)}; {UNKNOWN if in_doubt else NOTHING}"))
            if in_doubt:
                await self._database.lost()
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it, whatever it is
            await self._drop_connection()
            _settle(batch, error)
        else:
            metrics.appended(perf_counter() - begun, sum(len(waiting.columns.streams) for waiting in batch))
            _tell(batch, answer, self._appended)

    async def _execute(self, batch: list[Waiting]) -> Any:
        if self._connection is not None and _was_left(self._connection):
            await self._drop_connection()
        if self._connection is None:
            self._connection = await self._database.connect()
        cursor = self._connection.cursor(binary=True)
        fail_points.reached("before_append")
        texts = {key: body for waiting in batch for key, body in waiting.columns.texts.items()}
        urgent = any(waiting.columns.urgent for waiting in batch)
        told = self._announcements.with_it(quiet=all(waiting.columns.quiet for waiting in batch))
        added = append_columns.events([waiting.columns for waiting in batch])
        values = [told, urgent, *added, *append_columns.keys([waiting.key for waiting in batch])]
        if texts:
            await cursor.execute(KEEP, [*columns(texts), *values], prepare=True)
        else:
            await cursor.execute(APPEND, values, prepare=True)
        self._announcements.made(told=told)
        fail_points.reached("after_commit")
        return await cursor.fetchone()

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _was_left(connection: Connection) -> bool:
    """Whether a server that went away has left this connection: an idle one has nothing to read but its end."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _tell(batch: list[Waiting], answer: Any, appended: Appended | None) -> None:
    """The ids of what was appended follow `base` in the order of the batch."""
    position, refused, known, digests, streams, positions, *_ = answer
    earlier = dict(zip(known or [], zip(digests or [], streams or [], positions or [], strict=True), strict=True))
    refused = frozenset(refused or [])
    for number, waiting in enumerate(batch):
        if number in earlier:
            digest, stream, at = earlier[number]
            same = waiting.key is not None and digest == waiting.key.digest
            waiting.settle(Outcome(stream, at) if same else KeyReused())
        elif number in refused:
            waiting.settle(Conflict())
        else:
            if appended is not None:
                appended(position, waiting.writes)
            position += len(waiting.columns.streams)
            waiting.settle(Outcome(waiting.columns.streams[0], position))


def _settle(batch: Iterable[Waiting], error: Exception) -> None:
    for waiting in batch:
        waiting.settle(error)
