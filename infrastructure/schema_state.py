"""Whether the schema is as its statements make it: then a start locks nothing that others write.

A comment on a function of the schema keeps digests, each of some statements and of what the catalogue held once they
had run. A digest that is found again says that they would change nothing; no other one says anything. So what
statements do must follow from the catalogue, as far as schema_state.sql tells of it.
"""

import asyncio
import hashlib
import itertools
import re
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import TypeAlias

import structlog
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.sql import SQL, Literal

from infrastructure import row_security
from infrastructure.row_security import Connection

HELD = resources.files("infrastructure").joinpath("schema_state.sql").read_text()

Statements: TypeAlias = Sequence[str]

REMEMBER = SQL("COMMENT ON FUNCTION reader_role() IS {}")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")

KEPT = 8
"""So many digests are kept: those of different versions, and of callers with different read models."""

TURN = "SELECT pg_advisory_xact_lock(8243500162025)"

NO_APPENDS = "SELECT pg_advisory_xact_lock(8243500162024)"
"""The lock of append_batch. Who appends takes it before any table, so this and an append never wait for each other."""

INDEX = re.compile(r"^CREATE (?:UNIQUE )?INDEX IF NOT EXISTS (\w+)\s[^;]*;", re.MULTILINE)
WHERE_MISSING = (
    r"DO $index$ BEGIN IF to_regclass(format('%I.%I', current_schema(), '\1')) IS NULL THEN \g<0> END IF; END $index$;"
)
"""Postgres locks the table first and looks for the index then; the other way round only a new index locks anything."""

BRIEF = SQL("SET LOCAL lock_timeout = {}")

HURRIED = ("300ms", 0.2)
"""How long to wait for a table that somebody writes, and the seconds until the next try.

Whoever waits for us meanwhile finds no deadlock, for which Postgres looks after a second (`deadlock_timeout`).
"""

PERSISTENT = ("1500ms", 5.0)
"""The same after some tries: an autovacuum gives way only to who has waited for a second; a backup never does."""

HURRIED_TRIES = 5

log = structlog.get_logger()


async def fits(connection: Connection, statements: Statements) -> bool:
    """Whether these statements have nothing left to do. Waits for nobody who writes or alters tables.

    Raises Invalid where requests cannot be given a role of their own.
    """
    digest, remembered = await _look(connection, statements)
    return await row_security.ready(connection) and digest in remembered


async def make(connection: Connection, statements: Statements) -> None:
    """Run the statements, unless somebody else has just done so, and remember that.

    While the first of them run, which are those of the log, nobody appends. Where a table cannot be had soon, all locks
    are given up for a while. Raises Invalid.
    """
    await _insist(connection, statements, _make_log)
    await _insist(connection, statements, _make_others)


async def _insist(
    connection: Connection, statements: Statements, work: Callable[[Connection, Statements], Awaitable[None]]
) -> None:
    for tries in itertools.count(1):
        patience, pause = HURRIED if tries <= HURRIED_TRIES else PERSISTENT
        try:
            async with connection.transaction():
                await connection.execute(TURN)
                if not await fits(connection, statements):
                    await connection.execute(BRIEF.format(Literal(patience)))
                    await work(connection, statements)
        except (LockNotAvailable, DeadlockDetected) as error:
            log.info("schema.busy", tries=tries, error=type(error).__name__)
            await asyncio.sleep(pause)
        else:
            return


async def _make_log(connection: Connection, statements: Statements) -> None:
    await connection.execute(NO_APPENDS)
    await row_security.prepare(connection)
    await _run(connection, statements[0])


async def _make_others(connection: Connection, statements: Statements) -> None:
    for each in statements[1:]:
        await _run(connection, each)
    digest, remembered = await _look(connection, statements)
    kept = [digest, *(each for each in remembered if each != digest)][:KEPT]
    await connection.execute(REMEMBER.format(Literal(f"the schema as it was made: {' '.join(kept)}")))


async def _run(connection: Connection, statements: str) -> None:
    await connection.execute(INDEX.sub(WHERE_MISSING, statements).encode())


async def _look(connection: Connection, statements: Statements) -> tuple[str, list[str]]:
    """The digest of these statements and of what there is, and the digests that were remembered."""
    row = await (await connection.execute(HELD)).fetchone()
    assert row is not None, "an aggregate answers"
    held, comment = row
    told = "\0".join((row_security.FUNCTIONS, *statements, held or ""))
    return hashlib.sha256(told.encode()).hexdigest(), DIGEST.findall(comment or "")
