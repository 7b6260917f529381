"""Starts of Z2 as far as its database goes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infrastructure.database import Database
from infrastructure.postgres_connection import Connection
from interfaces.read_models import PROJECTIONS

SCHEMAS = [projection.schema for projection in PROJECTIONS.values()]
"""What every process has made beside the log."""

MORE = "CREATE TABLE IF NOT EXISTS more (id int)"
"""What a later version might have made as well."""

LOCK_ALL = """
DO $$ BEGIN EXECUTE (
    SELECT 'LOCK TABLE ' || string_agg(oid::regclass::text, ', ') || ' IN ACCESS EXCLUSIVE MODE'
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
); END $$
"""
"""As nobody else may even read any table, until the transaction ends."""

WRITE_ALL = LOCK_ALL.replace("ACCESS EXCLUSIVE", "ROW EXCLUSIVE")
"""As if every table were written."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database that is closed at the end of the block."""
    database = Database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def value(connection: Connection, query: str, *values: object) -> object:
    """The first column of the first row, or None."""
    row = await (await connection.execute(query.encode(), values or None)).fetchone()
    return row[0] if row else None
