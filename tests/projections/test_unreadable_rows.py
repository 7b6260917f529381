"""A row that nobody can read stops the read models of its noun, by name, and no other; none skips it by itself."""

from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from application.ports import Recorded
from domain.kernel import PayloadRef, replace
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import agents, payload_references, rebuilding, runner, runs, verifying
from projections.poison import Poisoned
from projections.positions import Progress, progress
from tests.domain import runs as examples
from tests.projections.agents_log import AGENTS, SECONDS, fill, rows
from tests.support.until import until
from tests.support.writer import write

RUNS = runner.keeping(runs.projection)

SPOIL_TOPIC = "UPDATE events SET topic = %s WHERE notification_id = 2"
SPOIL_STATE = "UPDATE events SET state = %s WHERE notification_id = 2"

SPOILT = pytest.mark.parametrize(
    ("spoil", "value", "topic"),
    [
        (SPOIL_TOPIC, "run.promoted.v9", "run.promoted.v9"),
        (SPOIL_STATE, b"not JSON", "run.step_scheduled.v1"),
        (SPOIL_STATE, b'{"event": {"type": "run.step_scheduled.v1"}, "context": {}}', "run.step_scheduled.v1"),
        (SPOIL_STATE, b"\xff\xfe", "run.step_scheduled.v1"),
        (SPOIL_STATE, b"", "run.step_scheduled.v1"),
    ],
    ids=["unknown type", "no JSON", "other fields", "no text", "nothing"],
)


async def spoilt(database: Database, store: PostgresEventStore, spoil: str, value: object) -> None:
    """A run whose second event cannot be read, and an agent behind it."""
    started = replace(examples.started("a"), input=PayloadRef("ab" * 32, 1))
    await store.append([write(uuid4(), started, examples.scheduled("a"))])
    async with database.connection() as connection:
        await connection.execute(spoil.encode(), (value,))
    await fill(store, 3)


async def known(database: Database) -> dict[str, Progress]:
    async with database.connection() as connection:
        return await progress(connection)


@SPOILT
async def test_it_is_named_by_those_it_concerns_and_the_others_go_on(
    database: Database, store: PostgresEventStore, spoil: str, value: object, topic: str
) -> None:
    await spoilt(database, store, spoil, value)
    tail = Tail(database, store)
    with capture_logs() as logs:
        async with background(
            tail.run(),
            *(runner.run(each, tail, store, database) for each in (AGENTS, RUNS, payload_references.consumer)),
        ):
            await tail.wait_for("agents", 5, SECONDS)

            async def stopped() -> bool:
                return all(each.stopped for name, each in (await known(database)).items() if name != "agents")

            await until(stopped)
    for name in ("runs", "payload_references"):
        each = (await known(database))[name]
        assert each.stopped is not None
        assert (each.stopped.position, each.stopped.event_type, each.position) == (2, topic, 1)
    named = [entry["error"] for entry in logs if entry["event"] == "projection.stopped"]
    assert {f"cannot take the {topic} at position 2" in error for error in named} == {True}
    assert len(await rows(database)) == 1


@SPOILT
async def test_rebuilds_and_verifications_that_it_does_not_concern_pass_and_the_others_name_it(
    database: Database, store: PostgresEventStore, spoil: str, value: object, topic: str
) -> None:
    await spoilt(database, store, spoil, value)
    assert await rebuilding.rebuild(agents.projection, store, database) == (1, 5)
    assert (await verifying.verify(agents.projection, store, database)).differing == 0
    with pytest.raises(Poisoned, match=f"runs cannot take the {topic} at position 2"):
        await rebuilding.rebuild(runs.projection, store, database)


@SPOILT
async def test_who_follows_from_behind_it_or_from_the_head_hears_everything(
    database: Database, store: PostgresEventStore, spoil: str, value: object, topic: str
) -> None:
    await spoilt(database, store, spoil, value)
    tail, heard = Tail(database, store), list[Recorded]()

    async def listen() -> None:
        async with tail.follow(2) as batches:
            async for batch in batches:
                heard.extend(batch)

    async with background(tail.run(), listen()):
        await fill(store, 2)
        await until(lambda: len(heard) == 5)
    assert [recorded.position for recorded in heard] == [3, 4, 5, 6, 7]
