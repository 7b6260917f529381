"""Everybody who follows the log sees each position once and in order, from wherever they begin."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError

from application.errors import Behind
from application.ports import Recorded
from infrastructure import tail as tails
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from tests.support.until import until
from tests.support.writer import append_until_won

SECONDS = 60


@pytest.fixture
async def small(database: Database, store: PostgresEventStore) -> AsyncIterator[Tail]:
    """A tail that reads and remembers little, so that everybody meets the edge of its memory."""
    tail = Tail(database, store, page=7, kept=20)
    async with background(tail.run()):
        yield tail


async def fill(store: PostgresEventStore, times: int) -> None:
    stream = uuid4()
    for _ in range(times):
        await append_until_won(store, stream)


async def positions(tail: Tail, after: int, last: int, pause: float = 0) -> list[int]:
    """The positions behind `after` as they come, up to `last`."""
    seen: list[int] = []
    async with asyncio.timeout(SECONDS), tail.follow(after) as batches:
        async for batch in batches:
            seen += [recorded.position for recorded in batch]
            if seen[-1] >= last:
                break
            await asyncio.sleep(pause)
    return seen


async def listening(database: Database) -> int | None:
    """The backend that a tail listens with."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
    async with database.connection() as connection:
        row = await (await connection.execute(query)).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize("after", [0, 1, 25, 39])
async def test_a_follower_gets_everything_behind_where_it_begins(
    store: PostgresEventStore, small: Tail, after: int
) -> None:
    await fill(store, 30)
    following = asyncio.create_task(positions(small, after, 50))
    await fill(store, 20)
    assert await following == list(range(after + 1, 51))


async def test_from_the_head_only_what_is_new(store: PostgresEventStore, tail: Tail) -> None:
    await fill(store, 3)
    following = asyncio.create_task(positions(tail, await store.head(), 4))
    await asyncio.sleep(0)
    await fill(store, 1)
    assert await following == [4]


async def test_what_a_tail_finds_at_its_start_is_read_from_the_log(
    database: Database, store: PostgresEventStore
) -> None:
    await fill(store, 30)
    tail = Tail(database, store, page=7)
    early = asyncio.create_task(positions(tail, 0, 30))
    await asyncio.sleep(0)
    async with background(tail.run()):
        assert await early == list(range(1, 31))
        await fill(store, 3)
        for after in (10, 28, 29, 30, 31):
            assert await positions(tail, after, 33) == list(range(after + 1, 34))


async def test_past_and_present_are_joined_without_gap_or_repeat_while_others_write(
    store: PostgresEventStore, small: Tail
) -> None:
    await fill(store, 50)
    async with asyncio.TaskGroup() as work:
        for _ in range(4):
            work.create_task(fill(store, 50))
        followers = [
            work.create_task(positions(small, after, 250, pause))
            for after in (0, 10, 49, 50, 120)
            for pause in (0, 0.002)
        ]
    for follower in followers:
        seen = follower.result()
        assert seen == list(range(seen[0], 251))
    assert [follower.result()[0] for follower in followers[::2]] == [1, 11, 50, 51, 121]


async def test_a_slow_follower_misses_nothing_and_keeps_nobody_waiting(store: PostgresEventStore, small: Tail) -> None:
    async with small.follow(0) as slow:
        await fill(store, 1)
        seen = [recorded.position for recorded in await anext(slow)]
        writing = asyncio.create_task(fill(store, 100))
        assert await positions(small, 0, 101) == list(range(1, 102))
        await writing
        while seen[-1] < 101:
            seen += [recorded.position for recorded in await anext(slow)]
    assert seen == list(range(1, 102))


@pytest.mark.parametrize("hurried", [True, False])
async def test_one_that_rests_hears_of_the_first_append_after_a_pause_and_misses_none(
    database: Database, store: PostgresEventStore, *, hurried: bool
) -> None:
    tail = Tail(database, store, page=7, rest=tails.DEAF_SECONDS, hurried=hurried)
    async with background(tail.run()):
        await until(lambda: listening(database))
        for burst in range(1, 6):
            following = asyncio.create_task(positions(tail, 0, 20 * burst))
            await asyncio.gather(fill(store, 10), fill(store, 10))
            assert await following == list(range(1, 20 * burst + 1))
            await until(lambda: not tail._deaf)


async def test_whoever_is_far_behind_does_not_rest(store: PostgresEventStore, small: Tail) -> None:
    await fill(store, 30)
    await until(lambda: small.head == 30)
    async with asyncio.timeout(SECONDS):
        await small.linger("anybody", 10, 10 * SECONDS)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await small.linger("anybody", 30, 10 * SECONDS)


async def test_a_position_in_the_future_waits_until_the_log_is_there(store: PostgresEventStore, tail: Tail) -> None:
    following = asyncio.create_task(positions(tail, 5, 6))
    await fill(store, 6)
    assert await following == [6]


async def test_a_follower_is_woken_and_does_not_wait_for_the_next_poll(
    database: Database, store: PostgresEventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "POLL_SECONDS", 3_600.0)
    tail = Tail(database, store)
    async with background(tail.run()), asyncio.timeout(SECONDS), tail.follow(0) as batches:
        for position in range(1, 10):
            await fill(store, 1)
            assert [recorded.position for recorded in await anext(batches)] == [position]


async def test_a_lost_connection_is_made_again_and_nothing_is_missed(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    following = asyncio.create_task(positions(tail, 0, 60))
    for _ in range(3):
        await fill(store, 10)
        lost = await until(lambda: listening(database))
        async with database.connection() as connection:
            await connection.execute("SELECT pg_terminate_backend(%s)", (lost,))
        await fill(store, 10)
        assert await until(lambda: listening(database)) != lost
    assert await following == list(range(1, 61))


async def test_a_follower_that_is_cancelled_or_goes_early_disturbs_no_other(
    store: PostgresEventStore, tail: Tail
) -> None:
    staying = asyncio.create_task(positions(tail, 0, 20))
    waiting = asyncio.create_task(positions(tail, 0, 99))
    await fill(store, 10)
    assert (await positions(tail, 0, 1))[0] == 1
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with tail.follow(0):
        pass
    await fill(store, 10)
    assert await staying == list(range(1, 21))


async def test_a_follower_whose_block_fails_is_closed(store: PostgresEventStore, tail: Tail) -> None:
    await fill(store, 1)
    with pytest.raises(LookupError):
        async with tail.follow(0) as batches:
            await anext(batches)
            raise LookupError
    with pytest.raises(StopAsyncIteration):
        await anext(batches)


class TestUnreadable:
    """A row that no code knows stops who comes to it, by name, and nobody else."""

    @pytest.fixture
    async def spoilt(self, database: Database, store: PostgresEventStore, tail: Tail) -> Tail:
        await fill(store, 1)
        await positions(tail, 0, 1)
        async with database.transaction() as connection:
            cursor = await connection.execute(
                "SELECT base + 1 AS position FROM append_batch(%s, %s, %s, %s, %s, '{}', '{}', '{}', '{}')",
                ([uuid4()], [1], ["agent.promoted.v9"], [b"{}"], [0]),
            )
            assert await cursor.fetchone() == (2,)
        await fill(store, 3)
        return tail

    async def test_who_comes_to_it_is_told_its_name_and_place(self, spoilt: Tail) -> None:
        seen: list[Recorded] = []
        with pytest.raises(MapperDeserialisationError, match=r"'agent\.promoted\.v9' at position 2"):
            async with asyncio.timeout(SECONDS), spoilt.follow(0) as batches:
                async for batch in batches:
                    seen += batch
        assert [recorded.position for recorded in seen] == [1]

    async def test_who_is_behind_it_goes_on(self, store: PostgresEventStore, spoilt: Tail) -> None:
        following = asyncio.create_task(positions(spoilt, 2, 7))
        await fill(store, 2)
        assert await following == [3, 4, 5, 6, 7]

    async def test_read_models_behind_it_can_still_be_waited_for(self, database: Database, spoilt: Tail) -> None:
        await project(database, "runs", 5)
        await spoilt.wait_for("runs", 5, SECONDS)


async def project(database: Database, name: str, position: int) -> None:
    """As a projector does: move its position and tell."""
    move = (
        "INSERT INTO projection_positions VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET position = excluded.position"
    )
    async with database.transaction() as connection:
        await connection.execute(move, (name, position))
        await connection.execute("SELECT pg_notify('projections', %s)", (name,))


class TestWaiting:
    """Reading one's own writes."""

    async def test_one_waits_until_the_read_model_has_seen_the_position(self, database: Database, tail: Tail) -> None:
        await project(database, "runs", 4)
        waiting = asyncio.create_task(tail.wait_for("runs", 5, SECONDS))
        await until(lambda: tail.projected.get("runs") == 4)
        assert not waiting.done()
        await project(database, "agents", 9)
        await until(lambda: tail.projected.get("agents") == 9)
        assert not waiting.done()
        await project(database, "runs", 5)
        await waiting

    async def test_what_it_has_seen_already_costs_no_wait(self, database: Database, tail: Tail) -> None:
        await project(database, "runs", 5)
        await until(lambda: tail.projected.get("runs") == 5)
        await tail.wait_for("runs", 5, 0.001)
        await tail.wait_for("runs", 1, 0.001)

    @pytest.mark.parametrize("name", ["runs", "unknown"])
    async def test_one_who_waits_too_long_is_told_so(self, database: Database, tail: Tail, name: str) -> None:
        await project(database, "runs", 4)
        with pytest.raises(Behind, match="has not reached the position"):
            await tail.wait_for(name, 5, 0.05)

    async def test_many_wait_and_each_goes_when_its_own_position_is_seen(self, database: Database, tail: Tail) -> None:
        waiting = [asyncio.create_task(tail.wait_for("runs", position, SECONDS)) for position in range(1, 6)]
        for position in range(1, 6):
            await project(database, "runs", position)
            await waiting[position - 1]
            assert [task.done() for task in waiting] == [place <= position for place in range(1, 6)]


async def test_a_database_that_is_gone_for_good_is_no_error_of_the_tail(database: Database) -> None:
    """It tries again and again; whoever started it decides when to stop."""
    gone = Database("postgresql://nobody@127.0.0.1:1/none", patience=0.05)
    await gone.open()
    for store in (PostgresEventStore(gone), PostgresEventStore(database)):
        tail = Tail(gone, store)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await tail.run()
        assert tail.projected == {}
    await gone.close()
