"""A rebuild whose rows the database refuses names the event, keeps the old table, and can be helped by a decision."""

import re
import secrets
from collections.abc import Sequence
from uuid import uuid4

import pytest

from application.access import Actor
from application.execute import Executor
from domain import agent, projection
from domain.kernel import Event
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import agents, filling, rebuilding, runner, verifying
from projections.poison import Poisoned
from projections.positions import progress
from projections.rebuilding import KeepsOldTable
from tests.projections.agents_log import AGENTS, CREATED, SECONDS, fill, rows
from tests.support.fakes import FakeClock
from tests.support.given import CONTEXT
from tests.support.until import until
from tests.support.writer import write

REVISED = agent.Revised("Reader", "Read closely.", "summarise", "default")
ZERO_BYTE = agent.Revised("a\x00b", "Read.", "answer", "default")
"""JSON in the log can hold it, a jsonb of Postgres cannot; no command of today lets it in."""

LONG_NAME = agent.Created(secrets.token_hex(10_000), "Reader", "Read.", "answer", "default")
"""An index of Postgres takes no such name; no command of today lets it in."""

SPOILT = pytest.mark.parametrize(
    ("past", "position", "why"),
    [
        (
            [CREATED, REVISED, ZERO_BYTE, agent.Retired()],
            13,
            "agent.revised.v1 at position 13: UntranslatableCharacter",
        ),
        ([LONG_NAME, REVISED], 11, "agent.created.v1 at position 11: ProgramLimitExceeded"),
    ],
    ids=["zero byte", "long name"],
)


async def spoil(store: PostgresEventStore, past: Sequence[Event]) -> None:
    """Thirty agents of ten events each, and behind the first one an agent that cannot be kept."""
    await fill(store, 10)
    await store.append([write(uuid4(), *past)])
    for _ in range(29):
        await fill(store, 10)


async def skip(store: PostgresEventStore, position: int) -> None:
    """Somebody decides."""
    command = projection.SkipEvent("agents", position, "agent.revised.v1", "it cannot be kept")
    stream = projection.stream_of("agents")
    admin = Actor(CONTEXT.actor_id, projection.SYSTEM_WORKSPACE, "admin")
    await Executor(store, FakeClock()).execute(stream, command, admin, correlation_id=stream)


@pytest.fixture(params=[100_000, 7], ids=["in one go", "bit by bit"])
def in_memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many rows are kept in memory before they are written."""
    monkeypatch.setattr(filling, "IN_MEMORY", request.param)
    monkeypatch.setattr(filling, "PAGE", 50)


@SPOILT
@pytest.mark.usefixtures("in_memory")
async def test_a_rebuild_names_the_event_and_keeps_the_old_table(
    database: Database, store: PostgresEventStore, tail: Tail, past: Sequence[Event], position: int, why: str
) -> None:
    await fill(store, 10)
    async with background(runner.run(AGENTS, tail, store, database)):
        await tail.wait_for("agents", 10, SECONDS)
    before = await rows(database)
    async with database.connection() as connection:
        await connection.execute("TRUNCATE events")
        await spoil(store, past)
        # as if a more patient database had let the projector come so far
        await connection.execute("UPDATE projection_positions SET position = %s", (await store.head(),))
    for work in (rebuilding.rebuild, verifying.verify):
        with pytest.raises(Poisoned, match=re.escape(f"agents cannot take the {why}")) as refusal:
            await work(agents.projection, store, database)
        assert refusal.value.position == position
    assert before
    assert await rows(database) == before


@SPOILT
async def test_the_projector_stops_at_the_same_event_and_a_decision_helps_both(
    database: Database, store: PostgresEventStore, tail: Tail, past: Sequence[Event], position: int, why: str
) -> None:
    await spoil(store, past)

    async def stopped_at() -> int | None:
        async with database.connection() as connection:
            known = (await progress(connection)).get("agents")
        return known.stopped.position if known and known.stopped else None

    async with background(runner.run(AGENTS, tail, store, database)):
        assert await until(stopped_at) == position
        await skip(store, position)
        await tail.wait_for("agents", 300 + len(past), SECONDS)
    kept = await rows(database)
    assert (await verifying.verify(agents.projection, store, database)).differing == 0
    await rebuilding.rebuild(agents.projection, store, database)
    assert await rows(database) == kept


async def test_a_table_that_cannot_be_exchanged_is_kept_and_the_reason_is_told(
    database: Database, store: PostgresEventStore
) -> None:
    await fill(store, 3)
    await rebuilding.rebuild(agents.projection, store, database)
    before = await rows(database)
    async with database.connection() as connection:
        await connection.execute("CREATE VIEW on_agents AS SELECT id FROM agents")
    try:
        why = "agents keeps its old table; the database refuses a new one: DependentObjectsStillExist (2BP01)"
        with pytest.raises(KeepsOldTable, match=re.escape(why)):
            await rebuilding.rebuild(agents.projection, store, database)
    finally:
        async with database.connection() as connection:
            await connection.execute("DROP VIEW on_agents")
    assert await rows(database) == before
    assert await rebuilding.rebuild(agents.projection, store, database) == (1, 3)
