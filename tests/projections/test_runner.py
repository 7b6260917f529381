"""A projection sees each event once and in order, and where it stands is committed with what it has made of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from application.errors import Unavailable
from application.ports import Recorded
from domain import agent
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import agents, runner
from projections.table import Connection
from tests.domain import runs
from tests.support.fakes import FakeQueue
from tests.support.given import CONTEXT
from tests.support.until import until
from tests.support.writer import append_until_won, write

SECONDS = 20
CREATED = agent.Created("Ada", "Reader", "Read.", "answer", "default")

END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

Apply = Callable[[Connection, Sequence[Recorded]], Awaitable[None]]


async def fill(store: PostgresEventStore, times: int, stream: UUID | None = None) -> None:
    """An agent that is created and then revised again and again."""
    stream = stream or uuid4()
    await append_until_won(store, stream, CREATED)
    for number in range(times - 1):
        await append_until_won(store, stream, agent.Revised(f"{number}", "Read.", "answer", "default"))


async def seen_by(name: str, database: Database) -> int:
    """How far the projection has come."""
    async with database.connection() as connection:
        query = "SELECT position FROM projection_positions WHERE name = %s"
        row = await (await connection.execute(query, (name,))).fetchone()
    return int(row[0]) if row else 0


@pytest.fixture
async def witnesses(database: Database) -> Database:
    """A database with a table in which a projection writes down what it was given, as often as it was."""
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS witnessed (name text, position bigint)")
    return database


def witness(name: str) -> Apply:
    async def apply(connection: Connection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            await connection.execute("INSERT INTO witnessed VALUES (%s, %s)", (name, recorded.position))

    return apply


async def witnessed(name: str, database: Database) -> list[int]:
    query = "SELECT position FROM witnessed WHERE name = %s ORDER BY ctid"
    async with database.connection() as connection:
        rows = await (await connection.execute(query, (name,))).fetchall()
    return [row[0] for row in rows]


async def test_it_is_given_everything_in_order_from_where_it_stands(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 10)
    async with background(runner.run("w", witness("w"), tail, witnesses.transaction)):
        await fill(store, 10)
        await tail.wait_for("w", 20, SECONDS)
    await fill(store, 5)
    async with background(runner.run("w", witness("w"), tail, witnesses.transaction)):
        await tail.wait_for("w", 25, SECONDS)
    assert await witnessed("w", witnesses) == list(range(1, 26))


async def test_a_batch_that_fails_changes_nothing_and_is_tried_again(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 5)
    failures = 2

    async def apply(connection: Connection, batch: Sequence[Recorded]) -> None:
        nonlocal failures
        await witness("w")(connection, batch)
        if failures:
            failures -= 1
            raise LookupError("half-way")

    with capture_logs() as logs:
        async with background(runner.run("w", apply, tail, witnesses.transaction)):
            await tail.wait_for("w", 5, SECONDS)
    assert await witnessed("w", witnesses) == [1, 2, 3, 4, 5]
    stopped = [entry for entry in logs if entry["event"] == "projection.stopped"]
    assert [(entry["projection"], entry["error"]) for entry in stopped] == [("w", "LookupError: half-way")] * 2


async def test_an_event_that_it_cannot_take_stops_it_alone(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    async def refuse(connection: Connection, batch: Sequence[Recorded]) -> None:
        await witness("poisoned")(connection, batch)
        if batch[-1].position >= 7:
            raise LookupError("poison")

    await fill(store, 5)
    poisoned = runner.run("poisoned", refuse, tail, witnesses.transaction)
    healthy = runner.run("healthy", witness("healthy"), tail, witnesses.transaction)
    with capture_logs() as logs:
        async with background(poisoned, healthy):
            await tail.wait_for("poisoned", 5, SECONDS)
            await fill(store, 5)
            await tail.wait_for("healthy", 10, SECONDS)
            await until(lambda: [entry for entry in logs if entry["event"] == "projection.stopped"])
    assert await seen_by("poisoned", witnesses) < 7
    assert max(await witnessed("poisoned", witnesses)) < 7
    assert await witnessed("healthy", witnesses) == list(range(1, 11))


async def test_any_number_of_projectors_give_it_each_event_once(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    other = Tail(witnesses, store, page=3)
    projectors = [runner.run("w", witness("w"), source, witnesses.transaction) for source in (tail, other, tail)]
    async with background(other.run(), *projectors):
        await asyncio.gather(*(fill(store, 20) for _ in range(3)))
        await tail.wait_for("w", 60, SECONDS)
    assert await witnessed("w", witnesses) == list(range(1, 61))


async def test_a_position_that_was_moved_back_is_where_it_goes_on(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 5)
    async with background(runner.run("w", witness("w"), tail, witnesses.transaction)):
        await tail.wait_for("w", 5, SECONDS)
        async with witnesses.connection() as connection:
            await connection.execute("UPDATE projection_positions SET position = 2")
        await until(lambda: tail.projected.get("w") == 2)
        await fill(store, 1)
        await tail.wait_for("w", 6, SECONDS)
    assert await witnessed("w", witnesses) == [1, 2, 3, 4, 5, 3, 4, 5, 6]


async def test_a_lost_connection_costs_time_and_nothing_else(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    async with background(runner.run("w", witness("w"), tail, witnesses.transaction)):
        await fill(store, 10)
        async with witnesses.connection() as connection:
            await connection.execute(END_OTHERS)
        await until(lambda: _filled(store))
        await tail.wait_for("w", 11, SECONDS)
    assert await witnessed("w", witnesses) == list(range(1, 12))


async def _filled(store: PostgresEventStore) -> bool:
    try:
        await fill(store, 1)
    except Unavailable:
        return False
    return True


class TestReadYourWrites:
    async def test_who_waits_for_a_position_reads_what_was_written_there(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        apply = agents.projection.apply
        async with background(runner.run("agents", apply, tail, database.transaction)):
            for number in range(5):
                stream = uuid4()
                position = (await store.append([write(stream, CREATED)])).position
                await tail.wait_for("agents", position, SECONDS)
                async with database.connection() as connection:
                    row = await agents.projection.one(connection, CONTEXT.workspace_id, stream)
                assert row, number
                assert row.position == position


class TestRebuild:
    async def rows(self, database: Database) -> dict[UUID, Any]:
        async with database.connection() as connection:
            return {row.id: row for row in await agents.listed(connection, CONTEXT.workspace_id)}

    async def fewest_rows(self, database: Database, meanwhile: "asyncio.Future[Any]") -> int:
        """How few rows any reader saw while something else went on."""
        fewest = 1_000
        while not meanwhile.done():
            fewest = min(fewest, len(await self.rows(database)))
        return fewest

    async def test_it_gives_the_rows_that_were_there(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        await asyncio.gather(*(fill(store, 10) for _ in range(5)))
        async with background(runner.run("agents", agents.projection.apply, tail, database.transaction)):
            await tail.wait_for("agents", 50, SECONDS)
        before = await self.rows(database)
        async with database.connection() as connection:
            await connection.execute("UPDATE agents SET body = jsonb_set(body, '{role}', '\"wrong\"')")
            await connection.execute("DELETE FROM agents WHERE position = (SELECT max(position) FROM agents)")
            await connection.execute(
                "INSERT INTO agents SELECT %s, workspace_id, 0, body FROM agents LIMIT 1", (uuid4(),)
            )
        assert await self.rows(database) != before
        assert await runner.rebuild(agents.projection, store, database.transaction) == (5, 50)
        assert await self.rows(database) == before

    async def test_writers_projectors_and_readers_go_on_meanwhile(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        await asyncio.gather(*(fill(store, 5) for _ in range(8)))
        async with background(runner.run("agents", agents.projection.apply, tail, database.transaction)):
            await tail.wait_for("agents", 40, SECONDS)
            writing = asyncio.gather(*(fill(store, 30) for _ in range(3)))
            reading = asyncio.create_task(self.fewest_rows(database, writing))
            while not writing.done():
                await runner.rebuild(agents.projection, store, database.transaction)
            assert await reading >= 8
            await tail.wait_for("agents", 130, SECONDS)
            assert await self.rows(database) == agents.projection.fold(await store.read(0, 1_000), {})
            assert await seen_by("agents", database) == 130

    async def test_of_an_empty_log_nothing_is_made(self, database: Database, store: PostgresEventStore) -> None:
        assert await runner.rebuild(agents.projection, store, database.transaction) == (0, 0)

    async def test_one_that_fails_leaves_the_rows_as_they_were(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        await fill(store, 3)
        async with background(runner.run("agents", agents.projection.apply, tail, database.transaction)):
            await tail.wait_for("agents", 3, SECONDS)
        before = await self.rows(database)
        async with database.connection() as connection:
            await connection.execute("UPDATE events SET topic = 'agent.promoted.v9' WHERE notification_id = 2")
        with pytest.raises(Exception, match=r"agent\.promoted\.v9"):
            await runner.rebuild(agents.projection, store, database.transaction)
        assert await self.rows(database) == before


class TestJobs:
    """The policy that turns scheduled steps into jobs."""

    async def test_each_scheduled_step_is_queued_once_and_then_passed(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        queue = FakeQueue()
        events = [runs.started("a", "b"), runs.scheduled("a"), runs.scheduled("b")]
        await store.append([write(uuid4(), *events)])
        async with background(runner.run("step_jobs", runner.enqueuing(queue), tail, database.transaction)):
            await tail.wait_for("step_jobs", 3, SECONDS)
        assert list(queue.jobs) == ["step_jobs:2", "step_jobs:3"]

    async def test_where_the_queue_is_away_none_is_passed_over(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        queue = FakeQueue()
        queue.away.gone = True
        await store.append([write(uuid4(), runs.started("a"), runs.scheduled("a"))])
        async with background(runner.run("step_jobs", runner.enqueuing(queue), tail, database.transaction)):
            await queue.away.refused.wait()
            assert await seen_by("step_jobs", database) == 0
            queue.away.gone = False
            await tail.wait_for("step_jobs", 2, SECONDS)
        assert list(queue.jobs) == ["step_jobs:2"]
