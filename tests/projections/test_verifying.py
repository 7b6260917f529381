"""A read model is verified against the log, row by row, and nobody waits for it."""

import asyncio
from uuid import uuid4

from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import agents, runner, verifying
from projections.verifying import Difference, Verified
from tests.projections.agents_log import AGENTS, SECONDS, fill


async def verify(store: PostgresEventStore, database: Database) -> Verified:
    return await verifying.verify(agents.projection, store, database)


async def test_what_is_kept_is_what_the_log_tells_also_while_it_grows(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    async with background(runner.run(AGENTS, tail, store, database)):
        writing = asyncio.gather(*(fill(store, 30) for _ in range(4)))
        while not writing.done():
            verified = await verify(store, database)
            assert (verified.differing, verified.differences) == (0, ())
        await tail.wait_for("agents", 120, SECONDS)
    assert await verify(store, database) == Verified(4, 120, 0, ())


async def test_each_row_that_differs_is_named_with_its_fields(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    gone, changed, other, right = (uuid4() for _ in range(4))
    for stream in (gone, changed, right):
        await fill(store, 3, stream)
    async with background(runner.run(AGENTS, tail, store, database)):
        await tail.wait_for("agents", 9, SECONDS)
    async with database.connection() as connection:
        update = """UPDATE agents SET body = jsonb_set(body, '{role}', '"wrong"') WHERE id = %s"""
        await connection.execute(update, (changed,))
        await connection.execute("UPDATE agents SET id = %s WHERE id = %s", (other, gone))
    verified = await verify(store, database)
    found = {each.id: each for each in verified.differences}
    assert (verified.rows, verified.position, verified.differing) == (3, 9, 3)
    assert found == {
        gone: Difference(gone, "missing"),
        other: Difference(other, "extra"),
        changed: Difference(changed, "different", ("role",)),
    }
