"""Row-level security: the role that requests read as, which must be there before anything else is."""

from importlib import resources
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from application.errors import Invalid
from domain.kernel import Record

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]

FUNCTIONS = resources.files("infrastructure").joinpath("row_security.sql").read_text()
GUARDS = resources.files("infrastructure").joinpath("row_guards.sql").read_text()

BEGIN = SQL("BEGIN; SET LOCAL ROLE {}; SET LOCAL z2.workspace = {}")
NAME = "SELECT reader_role()"

# Postgres 16 tells those who may become a role from its other members, and lets its maker become it only if asked to.
LOOK = """
WITH wanted AS (SELECT (left(current_database(), 56) || '_reader')::name AS name)
SELECT wanted.name, me.rolname, reader.oid IS NOT NULL,
    reader.oid IS NOT NULL AND pg_has_role(reader.oid, CASE WHEN modern THEN 'SET' ELSE 'MEMBER' END),
    coalesce(reader.rolsuper OR reader.rolbypassrls OR reader.rolcanlogin OR reader.oid = me.oid
        OR EXISTS (SELECT FROM pg_auth_members WHERE member = reader.oid), false),
    me.rolsuper OR CASE WHEN modern AND reader.oid IS NOT NULL
        THEN pg_has_role(reader.oid, 'MEMBER WITH ADMIN OPTION') ELSE me.rolcreaterole END
FROM wanted CROSS JOIN (SELECT current_setting('server_version_num')::int >= 160000) server (modern)
JOIN pg_roles me ON me.rolname = current_user LEFT JOIN pg_roles reader ON reader.rolname = wanted.name
"""

CREATE = SQL("CREATE ROLE {} NOLOGIN")
GRANT = SQL("GRANT {} TO {}")
MEND = SQL("ALTER ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS")


class Reader(Record):
    """The role that requests read as, seen by the `user` that Z2 signs in to Postgres as.

    `ours` when the user may become it, `unfit` when it may do more than read, `mendable` when the user may help itself.
    """

    role: str
    user: str
    exists: bool
    ours: bool
    unfit: bool
    mendable: bool

    @property
    def problem(self) -> str | None:
        """Why the rows of workspaces cannot be guarded, with the statements that an administrator helps with."""
        if self.unfit:
            why = f"the role {self.role!r}, which guards the rows of workspaces, may do more than read"
            return f"{why}; let an administrator take it out of other roles and run: {_text(MEND, self.role)}"
        if self.ours or self.mendable:
            return None
        create, grant = _text(CREATE, self.role), _text(GRANT, self.role, self.user)
        need, run = ("become", grant) if self.exists else ("create", f"{create}; {grant}")
        why = f"the Postgres user {self.user!r} may not {need} the role {self.role!r}"
        return f"{why}, which guards the rows of workspaces; let an administrator run: {run}"


def look(connection: "psycopg.Connection[tuple[Any, ...]]") -> Reader:
    """What a start would find, before anything is made."""
    return _reader(connection.execute(LOOK).fetchone())


async def ready(connection: Connection) -> bool:
    """Whether the role is there and given to us. Raises Invalid where it cannot be."""
    reader = await _checked(connection)
    return reader.exists and reader.ours


async def prepare(connection: Connection) -> None:
    """Make the role and what guards tables, within the caller's transaction. Raises Invalid."""
    reader = await _checked(connection)
    if not reader.exists:
        await connection.execute(_statement(CREATE, reader.role))
    if not reader.ours:
        await connection.execute(_statement(GRANT, reader.role, reader.user))
    await connection.execute(FUNCTIONS)


async def reader(connection: Connection) -> str:
    """The name of the role in this database."""
    row = await (await connection.execute(NAME)).fetchone()
    assert row is not None, "a function answers"
    return str(row[0])


def begun(role: str, workspace_id: UUID) -> Composed:
    """What begins a transaction as the reader of a workspace, all at once; it ends with the transaction."""
    return BEGIN.format(Identifier(role), Literal(workspace_id.hex))


async def _checked(connection: Connection) -> Reader:
    reader = _reader(await (await connection.execute(LOOK)).fetchone())
    if problem := reader.problem:
        raise Invalid(f"DATABASE_URL: {problem}", field="DATABASE_URL")
    return reader


def _reader(row: tuple[Any, ...] | None) -> Reader:
    assert row is not None, "whoever is connected is somebody"
    return Reader(*row)


def _statement(statement: SQL, *names: str) -> Composed:
    return statement.format(*map(Identifier, names))


def _text(statement: SQL, *names: str) -> str:
    return _statement(statement, *names).as_string(None)
