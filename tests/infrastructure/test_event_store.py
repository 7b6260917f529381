"""The log is dense, in order and whole, whoever writes to it at the same time."""

import asyncio
import sys
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError

from application.ports import Recorded
from domain import agent
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.support.system import ROOT
from tests.support.writer import EVENT, append_until_won, fight, write

CREATED = agent.Created("Ada", "Reader", "Read.", "answer", "default")


async def everything(store: PostgresEventStore) -> list[Recorded]:
    return await store.read(0, 1_000_000)


async def test_of_many_who_append_the_same_version_one_wins(store: PostgresEventStore) -> None:
    stream = uuid4()
    ends = await asyncio.gather(*(store.append([write(stream)]) for _ in range(20)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Conflict"] * 19 + ["Outcome"]
    assert await store.head() == 1


async def test_a_loser_costs_the_winners_nothing(store: PostgresEventStore) -> None:
    taken = uuid4()
    await store.append([write(taken)])
    writes = [write(taken), *(write(uuid4()) for _ in range(10))]
    ends = await asyncio.gather(*(store.append([each]) for each in writes), return_exceptions=True)
    assert [type(end).__name__ for end in ends] == ["Conflict"] + ["Outcome"] * 10
    assert [recorded.position for recorded in await everything(store)] == list(range(1, 12))


async def test_many_processes_leave_neither_gap_nor_loss_and_each_stream_its_order(
    database: Database, store: PostgresEventStore
) -> None:
    contended = [uuid4() for _ in range(3)]
    arguments = [database.url, "12", ",".join(map(str, contended))]
    others = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.writer", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    ours = await asyncio.gather(*(fight(store, 12, contended) for _ in range(4)))
    theirs = [int(output) for output, _ in [await other.communicate() for other in others]]
    log = await everything(store)
    assert [recorded.position for recorded in log] == list(range(1, sum(ours) + sum(theirs) + 1))
    versions: dict[UUID, list[int]] = {}
    for recorded in log:
        versions.setdefault(recorded.stream, []).append(recorded.version)
    assert all(seen == list(range(1, len(seen) + 1)) for seen in versions.values())
    assert sum(len(versions[stream]) for stream in contended) == len(log) / 2


async def test_a_reader_beside_many_writers_sees_every_position_once_and_in_order(
    store: PostgresEventStore,
) -> None:
    """What is read behind a position never grows a second time: nothing becomes visible out of order."""
    streams = [uuid4() for _ in range(8)]
    writing = asyncio.gather(*(append_many(store, stream, 40) for stream in streams))
    seen: list[int] = []
    while not writing.done() or len(seen) < await store.head():
        page = await store.read(seen[-1] if seen else 0, 7)
        seen += [recorded.position for recorded in page]
    await writing
    assert seen == list(range(1, 8 * 40 + 1))


async def append_many(store: PostgresEventStore, stream: UUID, times: int) -> None:
    for _ in range(times):
        await append_until_won(store, stream)


class TestUnreadable:
    """A row that no code can decode is named, and hides none before it."""

    async def spoil(self, database: Database, column: str, value: str) -> None:
        async with database.connection() as connection:
            if column == "topic":
                await connection.execute("UPDATE events SET topic = %s WHERE notification_id = 2", (value,))
            else:
                await connection.execute("UPDATE events SET state = %s WHERE notification_id = 2", (value.encode(),))

    @pytest.mark.parametrize(
        ("column", "value", "why"),
        [
            ("topic", "agent.promoted.v1", "no code knows the event 'agent.promoted.v1' at position 2"),
            ("topic", "run.step_lost.v1", "event 'run.step_lost.v1' at position 2: .*"),
            ("state", "not JSON", "event 'agent.revised.v1' at position 2: JSON is malformed"),
            ("state", "{}", "event 'agent.revised.v1' at position 2: .*required field `event`"),
            ("state", "", "event 'agent.revised.v1' at position 2: Input data was truncated"),
        ],
    )
    async def test_it_is_named_with_its_position(
        self, database: Database, store: PostgresEventStore, column: str, value: str, why: str
    ) -> None:
        stream = uuid4()
        await store.append([write(stream, CREATED, EVENT, agent.Retired())])
        await self.spoil(database, column, value)
        for reading in (store.load(stream), store.read(1, 10)):
            with pytest.raises(MapperDeserialisationError, match=why):
                await reading
        assert [recorded.position for recorded in await store.read(0, 10)] == [1]
        assert [recorded.position for recorded in await store.read(2, 10)] == [3]
        assert await store.head() == 3
