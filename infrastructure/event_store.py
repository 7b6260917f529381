"""The event store: Postgres, read by position and by stream, written by the group writer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from psycopg.errors import LockNotAvailable

from application.errors import KeyReused
from application.ports import IdempotencyKey, Outcome, Recorded, Write
from infrastructure import mapper
from infrastructure.append_columns import Kind, never
from infrastructure.database import Database
from infrastructure.group_reader import GroupReader
from infrastructure.group_writer import Appended, GroupWriter

PAGE = """
SELECT originator_id, originator_version, topic, state, notification_id
FROM events WHERE notification_id > %s ORDER BY notification_id LIMIT %s
"""

HEAD = "SELECT coalesce(max(notification_id), 0) FROM events"

KNOWN_KEY = "SELECT digest, stream, position FROM idempotency_keys WHERE workspace_id = %s AND key = %s"

LOCK = "SELECT pg_advisory_xact_lock(8243500162024)"
"""The lock of append_batch: while one appends, nobody else keeps a key."""

KEEP_KEY = """
INSERT INTO idempotency_keys (workspace_id, key, digest, stream, position)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""

FORGET_KEYS = "DELETE FROM idempotency_keys WHERE at < now() - %s::interval"

TURNS = 824352
"""The class of the advisory locks by which processes take turns on streams."""

TAKE_TURN = "SELECT set_config('lock_timeout', '1s', true), pg_advisory_xact_lock(%s, hashtext(%s))"

TURNS_AT_ONCE = 2
"""So many turns a process takes or waits for at a time: each holds a connection."""

KEYS_KEPT = timedelta(hours=24)


class PostgresEventStore:
    """Positions are dense and in commit order over any number of processes."""

    def __init__(
        self, database: Database, *, urgent: Kind = never, quiet: Kind = never, appended: Appended | None = None
    ) -> None:
        """What is `urgent` is told apart, to those who look at the log seldom otherwise; what is `quiet`, a bit later.

        What is appended here is told to `appended` at once.
        """
        self._database = database
        self._writer = GroupWriter(database, urgent, quiet, appended)
        self._reader = GroupReader(database)
        self._turns = asyncio.Semaphore(TURNS_AT_ONCE)
        database.at_close(self._writer.close)

    async def load(self, stream: UUID, after: int = 0) -> list[Recorded]:
        return await self._reader.load(stream, after)

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        return await self._reader.load_all(after)

    async def append(self, writes: Sequence[Write], key: IdempotencyKey | None = None) -> Outcome:
        return await self._writer.append(writes, key)

    @asynccontextmanager
    async def turn(self, stream: UUID) -> AsyncIterator[None]:
        if self._turns.locked():
            yield  # so that those who wait never take all connections
            return
        async with self._turns, self._database.transaction() as connection:
            with contextlib.suppress(LockNotAvailable):  # somebody holds it for long; then we go without it
                await connection.execute(TAKE_TURN, (TURNS, str(stream)))
            yield

    async def outcome(self, key: IdempotencyKey) -> Outcome | None:
        async with self._database.reading(key.workspace_id) as connection:
            cursor = await connection.execute(KNOWN_KEY, (key.workspace_id, key.key), binary=True)
            row = await cursor.fetchone()
        if row is None:
            return None
        digest, stream, position = row
        if digest != key.digest:
            raise KeyReused
        return Outcome(stream, position)

    async def remember(self, key: IdempotencyKey, outcome: Outcome) -> Outcome:
        async with self._database.transaction() as connection:
            await connection.execute(LOCK)
            values = (key.workspace_id, key.key, key.digest, outcome.stream, outcome.position)
            await connection.execute(KEEP_KEY, values)
        return await self.outcome(key) or outcome

    async def read(self, after: int, limit: int) -> list[Recorded]:
        async with self._database.connection() as connection:
            cursor = await connection.execute(PAGE, (after, limit), binary=True)
            return mapper.readable(await cursor.fetchall())

    async def head(self) -> int:
        async with self._database.connection() as connection:
            row = await (await connection.execute(HEAD)).fetchone()
        return int(row[0]) if row else 0

    async def forget_keys(self) -> None:
        """Forget idempotency keys after their time."""
        async with self._database.connection(patient=True) as connection:
            await connection.execute(FORGET_KEYS, (KEYS_KEPT,))
