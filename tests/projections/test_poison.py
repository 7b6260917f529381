"""An event that a read model cannot take stops that one alone, is shown, and is passed over by a recorded decision."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from application.access import Actor
from application.execute import Executor
from application.ports import Recorded
from domain import agent, projection
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import agents, poison, positions, rebuilding, runner, verifying
from projections.poison import Poisoned
from projections.positions import Progress, Stop
from projections.runner import Consumer
from projections.table import Connection, Projection
from tests.domain import runs
from tests.projections.agents_log import AGENTS, CREATED, SECONDS, fill, rows, seen_by
from tests.support.fakes import FakeClock
from tests.support.given import CONTEXT
from tests.support.until import until
from tests.support.writer import write

SECRET = "the secret of Ada"
REVISED = agent.Revised("Reader", "Read closely.", "summarise", "default")
NO_SECRET = """
ALTER TABLE agents DROP CONSTRAINT IF EXISTS no_secret;
ALTER TABLE agents ADD CONSTRAINT no_secret CHECK (body ->> 'role' <> 'the secret of Ada')
"""


async def progress(database: Database) -> dict[str, Progress]:
    async with database.connection() as connection:
        return await positions.progress(connection)


async def stopped(database: Database, name: str = "agents") -> Stop | None:
    known = await progress(database)
    return known[name].stopped if name in known else None


async def stop_of(database: Database, name: str = "agents") -> Stop:
    """Where it stops, once it does."""
    stop = await until(lambda: stopped(database, name))
    assert stop is not None
    return stop


async def skip(store: PostgresEventStore, position: int, name: str = "agents") -> None:
    """Somebody decides."""
    command = projection.SkipEvent(name, position, "agent.revised.v1", "it is broken")
    stream = projection.stream_of(name)
    admin = Actor(CONTEXT.actor_id, projection.SYSTEM_WORKSPACE, "admin")
    await Executor(store, FakeClock()).execute(stream, command, admin, correlation_id=stream)


async def refusing(connection: Connection, batch: Sequence[Recorded]) -> None:
    """A read model whose code cannot take what holds the secret."""
    for recorded in batch:
        if isinstance(recorded.event, agent.Revised) and recorded.event.role == SECRET:
            raise ValueError(SECRET)
    await agents.projection.apply(connection, batch)


REFUSING = Consumer("agents", AGENTS.nouns, refusing)


async def poisoned(store: PostgresEventStore) -> None:
    """Ten events of one agent; the seventh holds the secret."""
    secret = agent.Revised(SECRET, "Read.", "answer", "default")
    await store.append([write(uuid4(), CREATED, *[REVISED] * 5, secret, *[REVISED] * 3)])


async def test_what_stands_before_it_is_applied_and_where_it_stopped_is_shown_without_its_contents(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await poisoned(store)
    async with background(runner.run(REFUSING, tail, store, database)):
        stop = await stop_of(database)
    assert (stop.position, stop.event_type) == (7, "agent.revised.v1")
    assert stop.error.startswith("ValueError in tests/projections/test_poison.py:")
    assert SECRET not in stop.error
    known = (await progress(database))["agents"]
    assert (known.position, known.lag) == (6, 4)
    assert [row.position for row in (await rows(database)).values()] == [6]


async def test_what_the_database_refuses_is_found_too(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    async with database.connection() as connection:
        await connection.execute(NO_SECRET)
        try:
            await fill(store, 6)
            await store.append([write(uuid4(), agent.Created("Bob", SECRET, "Read.", "answer", "default"))])
            await fill(store, 3)
            async with background(runner.run(AGENTS, tail, store, database)):
                stop = await stop_of(database)
        finally:
            await connection.execute("ALTER TABLE agents DROP CONSTRAINT no_secret")
    assert (stop.position, await seen_by("agents", database)) == (7, 6)
    assert stop.error.startswith("CheckViolation (23514) in projections/table.py:")


async def test_it_goes_on_behind_it_once_somebody_has_decided_so_and_stays_so_in_every_rebuild(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await poisoned(store)
    async with background(runner.run(REFUSING, tail, store, database)):
        await until(lambda: stopped(database))
        await skip(store, 7)
        await tail.wait_for("agents", 10, SECONDS)
    assert await stopped(database) is None
    before = await rows(database)
    assert [(row.version, row.role) for row in before.values()] == [(9, "Reader")]
    assert (await verifying.verify(agents.projection, store, database)).differing == 0
    await rebuilding.rebuild(agents.projection, store, database)
    assert await rows(database) == before


async def test_a_mended_read_model_goes_on_by_itself_and_is_no_longer_shown_as_stopped(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await poisoned(store)
    async with background(runner.run(REFUSING, tail, store, database)):
        await until(lambda: stopped(database))
    async with background(runner.run(AGENTS, tail, store, database)):
        await tail.wait_for("agents", 10, SECONDS)
    assert await stopped(database) is None


async def test_a_rebuild_by_mended_code_starts_it_again(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await poisoned(store)
    async with background(runner.run(REFUSING, tail, store, database)):
        await until(lambda: stopped(database))
        assert await rebuilding.rebuild(agents.projection, store, database) == (1, 10)
        assert await stopped(database) is None
        await fill(store, 3)
        await tail.wait_for("agents", 13, SECONDS)


async def test_an_event_that_no_code_knows_stops_only_those_whose_noun_it_has(
    database: Database, store: PostgresEventStore
) -> None:
    await store.append([write(uuid4(), runs.started("a"), runs.scheduled("a"))])
    await fill(store, 3)
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'run.promoted.v9' WHERE notification_id = 2")
    tail = Tail(database, store)
    witness = Consumer("runs", frozenset({"run"}), agents.projection.apply)
    async with background(
        tail.run(), runner.run(AGENTS, tail, store, database), runner.run(witness, tail, store, database)
    ):
        await tail.wait_for("agents", 5, SECONDS)
        stop = await stop_of(database, "runs")
        assert (stop.position, stop.event_type) == (2, "run.promoted.v9")
        await skip(store, 2, "runs")
        await tail.wait_for("runs", 6, SECONDS)
    assert await rebuilding.rebuild(agents.projection, store, database) == (1, 6)


async def test_a_rebuild_that_meets_it_names_it(database: Database, store: PostgresEventStore, tail: Tail) -> None:
    await poisoned(store)

    def evolve(row: agents.AgentRow | None, recorded: Recorded) -> agents.AgentRow:
        if isinstance(recorded.event, agent.Revised) and recorded.event.role == SECRET:
            raise ValueError(SECRET)
        return agents.evolve(row, recorded)

    refusing = Projection("agents", "agent", agents.SCHEMA, agents.AgentRow, evolve)
    with pytest.raises(Poisoned, match=r"agents cannot take the agent.revised.v1 at position 7: ValueError in "):
        await rebuilding.rebuild(refusing, store, database)
    await skip(store, 7)
    assert await rebuilding.rebuild(refusing, store, database) == (1, 11)


async def test_what_is_told_of_an_error_is_its_kind_its_cause_and_its_place() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError as error:
        said = poison.told(error)
    assert said.startswith("ValueError from KeyError in tests/projections/test_poison.py:")
