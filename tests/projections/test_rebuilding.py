"""A read model is built anew beside the old one while everybody goes on, and takes its place in one moment."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from application.access import Actor
from application.errors import UnderWay
from application.execute import Executor
from domain import agent
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import agents, filling, rebuilding, runner
from projections.poison import Poisoned
from tests.projections.agents_log import AGENTS, SECONDS, fewest_rows, fill, rows, seen_by, told
from tests.support.given import CONTEXT
from tests.support.pace import paced

ACTOR = Actor(uuid4(), CONTEXT.workspace_id, "admin")
RATE = 500
COMMANDS = 1_000

INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'agents' ORDER BY 1"
TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE tablename = 'agents'"


async def rebuild(store: PostgresEventStore, database: Database) -> tuple[int, int]:
    return await rebuilding.rebuild(agents.projection, store, database)


async def kept(store: PostgresEventStore, database: Database, tail: Tail, position: int) -> None:
    """The read model is kept up to this position, and no longer."""
    async with background(runner.run(AGENTS, tail, store, database)):
        await tail.wait_for("agents", position, SECONDS)


async def spoil(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("UPDATE agents SET body = jsonb_set(body, '{role}', '\"wrong\"')")
        await connection.execute("DELETE FROM agents WHERE position = (SELECT max(position) FROM agents)")
        await connection.execute("INSERT INTO agents SELECT %s, workspace_id, 0, body FROM agents LIMIT 1", (uuid4(),))


async def test_it_gives_the_rows_that_were_there(database: Database, store: PostgresEventStore, tail: Tail) -> None:
    await asyncio.gather(*(fill(store, 10) for _ in range(5)))
    await kept(store, database, tail, 50)
    before = await rows(database)
    await spoil(database)
    assert await rows(database) != before
    assert await rebuild(store, database) == (5, 50)
    assert await rows(database) == before


async def test_more_than_fits_into_memory_is_written_bit_by_bit(
    database: Database, store: PostgresEventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "IN_MEMORY", 3)
    monkeypatch.setattr(filling, "PAGE", 7)
    await asyncio.gather(*(fill(store, 10) for _ in range(8)))
    assert await rebuild(store, database) == (8, 80)
    assert await rows(database) == await told(store)


async def test_the_new_table_has_the_old_ones_indexes_under_their_names_and_leaves_nothing_beside_it(
    database: Database, store: PostgresEventStore
) -> None:
    await fill(store, 3)
    async with database.connection() as connection:
        before = await (await connection.execute(INDEXES)).fetchall()
        await rebuild(store, database)
        assert await (await connection.execute(INDEXES)).fetchall() == before
        assert await (await connection.execute(TABLES)).fetchall() == [("public", "agents")]


async def test_commands_at_a_steady_rate_projectors_and_readers_go_on_meanwhile(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    streams = [uuid4() for _ in range(8)]
    await asyncio.gather(*(fill(store, 5, stream) for stream in streams))
    executor = Executor(store, now)

    async def revise(number: int) -> None:
        stream = streams[number % len(streams)]
        await executor.execute(
            stream, agent.ReviseAgent("Role", f"{number}", "answer"), ACTOR, correlation_id=CONTEXT.correlation_id
        )

    async with background(runner.run(AGENTS, tail, store, database), runner.run(AGENTS, tail, store, database)):
        await tail.wait_for("agents", 40, SECONDS)
        writing = asyncio.create_task(paced(RATE, revise, lambda number: number < COMMANDS))
        reading = [asyncio.create_task(fewest_rows(database, writing)) for _ in range(3)]
        rebuilds = 0
        while not writing.done():
            await rebuild(store, database)
            rebuilds += 1
        assert await writing
        assert await asyncio.gather(*reading) == [8] * 3
        assert rebuilds > 1
        await tail.wait_for("agents", 40 + COMMANDS, SECONDS)
        assert await rows(database) == await told(store)
        assert await seen_by("agents", database) == 40 + COMMANDS


async def test_of_an_empty_log_nothing_is_made(database: Database, store: PostgresEventStore) -> None:
    assert await rebuild(store, database) == (0, 0)


async def test_a_read_model_that_nobody_keeps_is_built_up_to_the_head(
    database: Database, store: PostgresEventStore
) -> None:
    await fill(store, 4)
    assert await rebuild(store, database) == (1, 4)
    assert await seen_by("agents", database) == 4


async def test_one_that_fails_names_the_event_and_leaves_the_rows_as_they_were(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 3)
    await kept(store, database, tail, 3)
    before = await rows(database)
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'agent.promoted.v9' WHERE notification_id = 2")
        with pytest.raises(Poisoned, match=r"agents cannot take the agent\.promoted\.v9 at position 2"):
            await rebuild(store, database)
        assert await (await connection.execute(TABLES)).fetchall() == [("public", "agents")]
    assert await rows(database) == before


async def test_one_whose_server_goes_away_leaves_nothing_and_the_next_succeeds(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await fill(store, 5)
    await kept(store, database, tail, 5)
    async with database.transaction() as reader:
        await reader.execute("SELECT FROM agents")
        cut_short = asyncio.create_task(rebuild(store, database))
        async with database.connection() as connection:
            pid = await waiting_for_the_table(connection)
            await connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        with pytest.raises(Exception, match="Postgres cannot be reached"):
            await cut_short
    async with database.connection() as connection:
        assert await (await connection.execute(TABLES)).fetchall() == [("public", "agents")]
    assert await rebuild(store, database) == (1, 5)


async def test_a_second_one_at_once_is_refused(database: Database, store: PostgresEventStore) -> None:
    await fill(store, 5)
    async with database.transaction() as reader:
        await reader.execute("SELECT FROM agents")
        first = asyncio.create_task(rebuild(store, database))
        async with database.connection() as connection:
            await waiting_for_the_table(connection)
        with pytest.raises(UnderWay, match="agents is being built anew already"):
            await rebuild(store, database)
    assert await first == (1, 5)


async def waiting_for_the_table(connection: psycopg.AsyncConnection[tuple[int]]) -> int:
    """The server process of a rebuild that waits until nobody reads the old table."""
    query = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DROP TABLE%' AND wait_event_type = 'Lock'"
    while not (row := await (await connection.execute(query)).fetchone()):
        await asyncio.sleep(0)
    return row[0]
