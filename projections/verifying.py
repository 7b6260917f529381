"""Verifies a read model: what the log folds to is what the table holds, row by row."""

from typing import Any, Literal, TypeAlias
from uuid import UUID

from psycopg.sql import SQL, Identifier

from application.ports import EventStore
from domain.kernel import Record
from projections import poison
from projections.filling import Filling, stand_in
from projections.table import Connection, Database, Projection

STILL = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
PATIENT = "SET LOCAL idle_in_transaction_session_timeout = 0"
POSITION = "SELECT position FROM projection_positions WHERE name = %s"
COUNT = SQL("SELECT count(*) FROM {}")
DIFFERENT = SQL("""
SELECT id, told.body IS NULL, kept.body IS NULL, kept.position, told.position, ARRAY(
    SELECT key FROM jsonb_object_keys(told.body || kept.body) key
    WHERE told.body -> key IS DISTINCT FROM kept.body -> key ORDER BY key
), count(*) OVER ()
FROM {kept} kept FULL JOIN {told} told USING (id)
WHERE kept.body IS DISTINCT FROM told.body OR kept.position IS DISTINCT FROM told.position
   OR kept.workspace_id IS DISTINCT FROM told.workspace_id
ORDER BY id LIMIT %s
""")

SHOWN = 100

Kind: TypeAlias = Literal["missing", "extra", "different"]


class Difference(Record):
    """A row that the table lacks, has too many, or has otherwise; `fields` are those whose values differ."""

    id: UUID
    kind: Kind
    fields: tuple[str, ...] = ()


class Verified(Record):
    """How many rows the read model has, up to which position of the log, and the first of those that differ."""

    rows: int
    position: int
    differing: int
    differences: tuple[Difference, ...]


async def verify(projection: Projection[Any], store: EventStore, database: Database) -> Verified:
    """Fold the log up to where the read model stands and compare. Nothing waits for it. Raises Poisoned."""
    async with database.connection(patient=True) as connection, connection.transaction(force_rollback=True):
        return await _verified(projection, store, connection)


async def _verified(projection: Projection[Any], store: EventStore, connection: Connection) -> Verified:
    await connection.execute(STILL)
    await connection.execute(PATIENT)
    row = await (await connection.execute(POSITION, (projection.name,))).fetchone()
    end = int(row[0]) if row else 0
    home = await stand_in(connection, projection, "pg_temp")
    filling = Filling(projection, store, connection, await poison.skipped(store, projection.name))
    await filling.up_to(end)
    await filling.flush()
    kept, told = Identifier(home, projection.name), Identifier("pg_temp", projection.name)
    count = await (await connection.execute(COUNT.format(kept))).fetchone()
    different = await (await connection.execute(DIFFERENT.format(kept=kept, told=told), (SHOWN,))).fetchall()
    return Verified(
        rows=int(count[0]) if count else 0,
        position=end,
        differing=different[0][6] if different else 0,
        differences=tuple(_difference(*each[:6]) for each in different),
    )


def _difference(row_id: UUID, untold: bool, unkept: bool, kept: int, told: int, fields: list[str]) -> Difference:  # noqa: FBT001 -- columns
    kind: Kind = "extra" if untold else "missing" if unkept else "different"
    return Difference(row_id, kind, tuple(fields) if kind == "different" else ())
