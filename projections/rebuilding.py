"""Rebuilds a read model while everybody goes on: the new table fills beside the old one and then takes its place.

All of it is one transaction, so a rebuild that ends early, however it ends, leaves nothing behind.
"""

import asyncio
from typing import Any

import psycopg
import structlog
from psycopg.sql import SQL, Identifier

from application.errors import Unavailable, UnderWay, Z2Error
from application.ports import EventStore
from projections import poison, positions
from projections.filling import Filling, stand_in
from projections.table import Connection, Database, Projection

CLAIM = "SELECT pg_try_advisory_xact_lock(824351, hashtext(%s))"
PATIENT = "SET LOCAL idle_in_transaction_session_timeout = 0"
BRIEF = "SET LOCAL lock_timeout = '1s'"
NEW_SCHEMA = SQL("CREATE SCHEMA {}")
DROP_OLD = SQL("DROP TABLE {}")
MOVE_NEW = SQL("ALTER TABLE {} SET SCHEMA {}")
DROP_SCHEMA = SQL("DROP SCHEMA {}")
COUNT = SQL("SELECT count(*) FROM {}")

NEAR = 500
"""So few events may be missing when the position is locked."""

TRIES = 20

log = structlog.get_logger()


class KeepsOldTable(Z2Error):
    """The database refuses to exchange the table of a read model; it keeps the old one."""

    status = 409
    code = "keeps_old_table"


async def rebuild(projection: Projection[Any], store: EventStore, database: Database) -> tuple[int, int]:
    """Fold the whole log anew and put the result in the table's place. Returns rows and position.

    Readers see the old rows until they see the new ones. Raises UnderWay, Poisoned, KeepsOldTable or Unavailable.
    """
    try:
        return await _rebuilt(projection, store, database)
    except psycopg.Error as error:
        told = poison.told(error)
        log.warning("projection.not_rebuilt", projection=projection.name, error=told)
        raise KeepsOldTable(f"{projection.name} keeps its old table; the database refuses a new one: {told}") from error


async def _rebuilt(projection: Projection[Any], store: EventStore, database: Database) -> tuple[int, int]:
    name = projection.name
    async with database.transaction(patient=True) as connection:
        await _claim(connection, name)
        await _enlist(database, name)
        beside = f"rebuilding_{name}"
        await connection.execute(NEW_SCHEMA.format(Identifier(beside)))
        home = await stand_in(connection, projection, beside)
        filling = Filling(projection, store, connection, await poison.skipped(store, name))
        await _catch_up(filling, store)
        seen = await positions.locked(connection, name)
        await filling.up_to(seen)
        await filling.flush()
        if await poison.skipped(store, name) != filling.skipped:
            raise UnderWay(f"somebody has just decided about an event of {name}; build it anew once more")
        await _swap(connection, name, home, beside)
        await positions.advance(connection, name, filling.position)
        row = await (await connection.execute(COUNT.format(Identifier(home, name)))).fetchone()
    log.info("projection.rebuilt", projection=name, position=filling.position)
    return int(row[0]) if row else 0, filling.position


async def _enlist(database: Database, name: str) -> None:
    """Enlist the name at once: within the rebuild it would keep the projector waiting."""
    async with database.transaction() as connection:
        await positions.enlist(connection, name)


async def _claim(connection: Connection, name: str) -> None:
    row = await (await connection.execute(CLAIM, (name,))).fetchone()
    if not (row and row[0]):
        raise UnderWay(f"{name} is being built anew already; wait until that has ended")
    await connection.execute(PATIENT)


async def _catch_up(filling: Filling, store: EventStore) -> None:
    """Come near the head of the log, which moves on meanwhile, with everything written."""
    missing = NEAR + 1
    while missing > NEAR:
        head = await store.head()
        missing = head - filling.position
        await filling.up_to(head)
        await filling.flush()


async def _swap(connection: Connection, name: str, home: str, beside: str) -> None:
    """Drop the old table and move the new one into its schema, with its indexes and their names.

    Somebody may read the old one for long, such as a backup; while we wait, so does everybody who comes after us.
    """
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                await connection.execute(BRIEF)
                await connection.execute(DROP_OLD.format(Identifier(home, name)))
            break
        except psycopg.errors.LockNotAvailable:
            await asyncio.sleep(0.1)
    else:
        raise Unavailable(f"somebody reads {name} for so long that it cannot be exchanged; try again later")
    await connection.execute(MOVE_NEW.format(Identifier(beside, name), Identifier(home)))
    await connection.execute(DROP_SCHEMA.format(Identifier(beside)))
