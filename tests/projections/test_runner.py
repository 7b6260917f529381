"""A projection sees each event once and in order, and where it stands is committed with what it has made of it."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from application.errors import Unavailable
from application.ports import Recorded
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import agents, runner
from projections.runner import Consumer
from projections.table import Connection
from tests.domain import runs
from tests.projections.agents_log import AGENTS, CREATED, SECONDS, fill, seen_by
from tests.support.fakes import FakeQueue
from tests.support.given import CONTEXT
from tests.support.until import until
from tests.support.writer import write

END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

ANY = frozenset({"agent", "run"})


@pytest.fixture
async def witnesses(database: Database) -> Database:
    """A database with a table in which a projection writes down what it was given, as often as it was."""
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS witnessed (name text, position bigint)")
    return database


def witness(name: str) -> Consumer:
    async def apply(connection: Connection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            await connection.execute("INSERT INTO witnessed VALUES (%s, %s)", (name, recorded.position))

    return Consumer(name, ANY, apply)


async def witnessed(name: str, database: Database) -> list[int]:
    query = "SELECT position FROM witnessed WHERE name = %s ORDER BY ctid"
    async with database.connection() as connection:
        rows = await (await connection.execute(query, (name,))).fetchall()
    return [row[0] for row in rows]


async def test_it_is_given_everything_in_order_from_where_it_stands(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 10)
    async with background(runner.run(witness("w"), tail, store, witnesses)):
        await fill(store, 10)
        await tail.wait_for("w", 20, SECONDS)
    await fill(store, 5)
    async with background(runner.run(witness("w"), tail, store, witnesses)):
        await tail.wait_for("w", 25, SECONDS)
    assert await witnessed("w", witnesses) == list(range(1, 26))


async def test_a_batch_that_fails_for_a_while_changes_nothing_and_is_tried_again(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 5)
    failures = 5

    async def apply(connection: Connection, batch: Sequence[Recorded]) -> None:
        nonlocal failures
        await witness("w").apply(connection, batch)
        if failures:
            failures -= 1
            raise LookupError("half-way")

    with capture_logs() as logs:
        async with background(runner.run(Consumer("w", ANY, apply), tail, store, witnesses)):
            await tail.wait_for("w", 5, SECONDS)
    assert await witnessed("w", witnesses) == [1, 2, 3, 4, 5]
    said = "Poisoned: w cannot take the agent.created.v1 at position 1: LookupError in tests/projections/test_runner.py"
    (stopped,) = [entry for entry in logs if entry["event"] == "projection.stopped"]
    assert stopped["error"].startswith(said)


async def test_any_number_of_projectors_give_it_each_event_once(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    other = Tail(witnesses, store, page=3)
    projectors = [runner.run(witness("w"), source, store, witnesses) for source in (tail, other, tail)]
    async with background(other.run(), *projectors):
        await asyncio.gather(*(fill(store, 20) for _ in range(3)))
        await tail.wait_for("w", 60, SECONDS)
    assert await witnessed("w", witnesses) == list(range(1, 61))


async def test_a_position_that_was_moved_back_is_where_it_goes_on(
    witnesses: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 5)
    async with background(runner.run(witness("w"), tail, store, witnesses)):
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
    async with background(runner.run(witness("w"), tail, store, witnesses)):
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
        async with background(runner.run(AGENTS, tail, store, database)):
            for number in range(5):
                stream = uuid4()
                position = (await store.append([write(stream, CREATED)])).position
                await tail.wait_for("agents", position, SECONDS)
                async with database.connection() as connection:
                    row = await agents.projection.one(connection, CONTEXT.workspace_id, stream)
                assert row, number
                assert row.position == position


class TestJobs:
    """The policy that turns scheduled steps into jobs."""

    async def test_each_scheduled_step_is_queued_once_and_then_passed(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        queue = FakeQueue()
        events = [runs.started("a", "b"), runs.scheduled("a"), runs.scheduled("b")]
        await store.append([write(uuid4(), *events)])
        async with background(runner.run(runner.enqueuing(queue), tail, store, database)):
            await tail.wait_for("step_jobs", 3, SECONDS)
        assert list(queue.jobs) == ["step_jobs:2", "step_jobs:3"]

    async def test_where_the_queue_is_away_none_is_passed_over(
        self, database: Database, store: PostgresEventStore, tail: Tail
    ) -> None:
        queue = FakeQueue()
        queue.away.gone = True
        await store.append([write(uuid4(), runs.started("a"), runs.scheduled("a"))])
        async with background(runner.run(runner.enqueuing(queue), tail, store, database)):
            await queue.away.refused.wait()
            assert await seen_by("step_jobs", database) == 0
            queue.away.gone = False
            await tail.wait_for("step_jobs", 2, SECONDS)
        assert list(queue.jobs) == ["step_jobs:2"]
