"""Streams that are asked for at the same time are read together, and each who asks gets what is theirs."""

import asyncio
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError

from application.errors import Unavailable
from application.ports import Recorded
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.group_reader import AT_ONCE, MOST_STREAMS, GroupReader
from tests.support.writer import EVENT, write

SPOIL = "UPDATE events SET topic = 'nobody.knows.v1' WHERE originator_id = %s"


class Counting(GroupReader):
    """It counts how often several are asked for at once."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.together: list[int] = []

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        self.together.append(len(after))
        return await super().load_all(after)


async def filled(store: PostgresEventStore, streams: int, events: int = 3) -> list[UUID]:
    names = [uuid4() for _ in range(streams)]
    await store.append([write(name, *[EVENT] * events) for name in names])
    return names


async def test_many_are_answered_together_and_each_from_behind_its_version(
    database: Database, store: PostgresEventStore
) -> None:
    streams, reader = await filled(store, 30), Counting(database)
    wanted = [(stream, after) for stream in streams for after in (0, 2, 3)]
    found = await asyncio.gather(*(reader.load(stream, after) for stream, after in wanted))
    assert [[each.version for each in events] for events in found] == [[1, 2, 3], [3], []] * 30
    assert [{each.stream for each in events} for events in found[::3]] == [{stream} for stream in streams]
    assert 1 <= len(reader.together) <= 1 + len(wanted) // MOST_STREAMS + AT_ONCE


async def test_what_was_appended_before_the_question_is_in_the_answer(
    database: Database, store: PostgresEventStore
) -> None:
    streams, reader = await filled(store, 20, 1), GroupReader(database)

    async def append_and_ask(stream: UUID) -> None:
        for version in range(1, 6):
            await store.append([write(stream, expected=version)])
            assert len(await reader.load(stream, 0)) == version + 1

    await asyncio.gather(*map(append_and_ask, streams))


async def test_a_row_that_cannot_be_read_is_no_concern_of_those_who_ask_for_others(
    database: Database, store: PostgresEventStore
) -> None:
    streams, reader = await filled(store, 9, 1), GroupReader(database)
    async with database.connection() as connection:
        await connection.execute(SPOIL, (streams[4],))
    found = await asyncio.gather(*(reader.load(stream, 0) for stream in streams), return_exceptions=True)
    assert isinstance(found.pop(4), MapperDeserialisationError)
    assert [len(each) for each in found if isinstance(each, list)] == [1] * 8


async def test_who_goes_while_it_waits_takes_nobody_along(database: Database, store: PostgresEventStore) -> None:
    streams, reader = await filled(store, 9, 1), GroupReader(database)
    tasks = [asyncio.create_task(reader.load(stream, 0)) for stream in streams]
    await asyncio.sleep(0)
    tasks[5].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found.pop(5), asyncio.CancelledError)
    assert [len(each) for each in found if isinstance(each, list)] == [1] * 8


async def test_everybody_hears_that_the_log_is_away(store: PostgresEventStore) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:9/nothing", patience=0.2)
    await gone.open()
    try:
        reader = GroupReader(gone)
        found = await asyncio.gather(*(reader.load(uuid4(), 0) for _ in range(5)), return_exceptions=True)
        assert [type(each) for each in found] == [Unavailable] * 5
    finally:
        await gone.close()
    assert await store.head() == 0


@pytest.mark.parametrize("after", [0, 1])
async def test_a_stream_that_is_none_is_empty(database: Database, after: int) -> None:
    assert await GroupReader(database).load(uuid4(), after) == []


class Instant(GroupReader):
    """It knows everything at once: that nothing has happened."""

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        del after
        return []


async def test_who_asks_at_the_moment_when_all_readers_have_ended_is_answered_too(database: Database) -> None:
    reader, stream = Instant(database), uuid4()

    async def again_and_again() -> None:
        for _ in range(5):
            assert await reader.load(stream, 0) == []

    async with asyncio.timeout(30):
        await asyncio.gather(*(again_and_again() for _ in range(2)))
