"""Processes that change the same stream take turns, and none of them waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from infrastructure.database import Database
from infrastructure.event_store import TURNS, TURNS_AT_ONCE, PostgresEventStore
from tests.support.until import until

HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
async def other(log_url: str) -> AsyncIterator[PostgresEventStore]:
    """The store of another process."""
    database = Database(log_url)
    await database.open()
    yield PostgresEventStore(database)
    await database.close()


async def _waits(database: Database) -> bool:
    async with database.connection() as connection:
        row = await (await connection.execute(WAITING)).fetchone()
    return row is not None and row[0] > 0


async def test_the_second_waits_for_the_end_of_the_firsts_turn(
    database: Database, store: PostgresEventStore, other: PostgresEventStore
) -> None:
    stream, told = uuid4(), list[str]()

    async def second() -> None:
        async with other.turn(stream):
            told.append("second")

    async with store.turn(stream):
        waiting = asyncio.create_task(second())
        await until(lambda: _waits(database))
        told.append("first")
    await waiting
    assert told == ["first", "second"]


async def test_turns_on_other_streams_are_no_concern(store: PostgresEventStore, other: PostgresEventStore) -> None:
    async with store.turn(uuid4()), other.turn(uuid4()):
        pass


async def test_who_waits_too_long_goes_without(store: PostgresEventStore, other: PostgresEventStore) -> None:
    stream = uuid4()
    async with store.turn(stream), asyncio.timeout(30), other.turn(stream):
        assert await other.head() == 0


async def test_a_process_waits_for_so_few_turns_that_it_has_connections_left(store: PostgresEventStore) -> None:
    async with AsyncExitStack() as turns, asyncio.timeout(30):
        for _ in range(TURNS_AT_ONCE + 20):
            await turns.enter_async_context(store.turn(uuid4()))
        assert await store.head() == 0


async def test_a_turn_that_ends_in_an_error_is_over(database: Database, store: PostgresEventStore) -> None:
    with pytest.raises(LookupError):
        async with store.turn(uuid4()):
            raise LookupError
    async with database.connection() as connection:
        assert await (await connection.execute(HELD, (TURNS,))).fetchone() == (0,)
