"""A start that alters the schema gets along with those who write meanwhile: nobody waits for another in a circle."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from psycopg.sql import SQL, Identifier

from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.postgres_connection import Connection
from interfaces.composition import background
from tests.support.starts import LOCK_ALL, MORE, SCHEMAS, WRITE_ALL, opened, value
from tests.support.until import SECONDS, until
from tests.support.writer import write

WAITS_FOR = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
WAITS_FOR_APPENDS = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND locktype = 'advisory' AND (classid::bigint << 32) + objid::bigint = 8243500162024
"""
APPEND = "SELECT append_batch(ARRAY[%s::uuid], '{1}', '{x}', ARRAY['x'::bytea], '{0}', '{}', '{}', '{}', '{}')"
CROSSED = "LOCK TABLE access_audit IN SHARE MODE; LOCK TABLE webhook_deliveries IN SHARE MODE"
MADE = "SELECT to_regclass('more') IS NOT NULL"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    """A database that Z2 has been started on."""
    async with opened(database_url) as database:
        await migrate(database, *SCHEMAS)
        yield database


@pytest.fixture
async def second(made: Database) -> AsyncIterator[Database]:
    """The same to another process."""
    async with opened(made.url) as database:
        yield database


@pytest.fixture
async def beside(made: Database) -> AsyncIterator[Connection]:
    """Somebody else's connection to it."""
    async with await made.connect() as connection:
        yield connection


async def waits(database: Database, query: str, *values: object) -> None:
    """Until somebody does."""
    async with database.connection() as connection:
        await until(lambda: value(connection, query, *values))


async def test_a_start_waits_for_an_append_before_it_locks_anything(
    made: Database, second: Database, beside: Connection
) -> None:
    async with beside.transaction():
        await beside.execute(APPEND, (uuid4(),))
        starting = asyncio.create_task(migrate(second, *SCHEMAS, MORE))
        await waits(made, WAITS_FOR_APPENDS)
        await beside.execute("SET LOCAL lock_timeout = '1ms'")
        await beside.execute(LOCK_ALL)
    await starting
    assert await value(beside, MADE)


async def test_a_start_that_makes_something_new_waits_for_nobody_who_writes_what_is_there(
    made: Database, second: Database, beside: Connection
) -> None:
    async with beside.transaction():
        await beside.execute(WRITE_ALL)
        async with asyncio.timeout(SECONDS):
            await migrate(second, *SCHEMAS, MORE)
    assert await value(beside, MADE)


async def test_nor_does_the_first_start_that_remembers_what_it_found(made: Database, beside: Connection) -> None:
    await beside.execute("COMMENT ON FUNCTION reader_role() IS NULL")
    async with beside.transaction():
        await beside.execute(WRITE_ALL)
        async with asyncio.timeout(SECONDS):
            await migrate(made, *SCHEMAS)


async def test_a_start_gives_way_to_who_would_wait_for_it_in_a_circle(
    made: Database, second: Database, beside: Connection
) -> None:
    async with beside.transaction():
        await beside.execute("LOCK TABLE webhook_deliveries IN ROW EXCLUSIVE MODE")
        starting = asyncio.create_task(migrate(second, *SCHEMAS, MORE, CROSSED))
        await waits(made, WAITS_FOR, "webhook_deliveries")
        await beside.execute("LOCK TABLE access_audit IN ROW EXCLUSIVE MODE")
        assert (await PostgresEventStore(made).append([write(uuid4())])).position == 1, "nobody else waits"
        assert not starting.done()
    await starting
    assert await value(beside, MADE)


async def test_starts_that_alter_the_schema_and_constant_writers_do_not_deadlock(made: Database) -> None:
    store, appended = PostgresEventStore(made), asyncio.Event()

    async def append() -> None:
        stream, version = uuid4(), 0
        while True:
            await store.append([write(stream, expected=version)])
            version += 1
            appended.set()

    async def follow() -> None:
        while True:
            async with made.transaction() as connection:
                for table in ("webhook_deliveries", "projection_positions", "agents", "access_audit", "payloads"):
                    await connection.execute(SQL("LOCK TABLE {} IN ROW EXCLUSIVE MODE").format(Identifier(table)))

    async def start(number: int) -> None:
        async with opened(made.url) as database:
            await migrate(database, *SCHEMAS, f"CREATE INDEX IF NOT EXISTS more_{number} ON agents (position)")

    async with background(*(append() for _ in range(4)), follow()):
        for number in range(5):
            await asyncio.gather(start(2 * number), start(2 * number + 1))
            appended.clear()
            await appended.wait()
