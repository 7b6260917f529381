"""A read model is guarded from its first moment on, also the new one of a rebuild and the one that verifies it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.ports import Write
from domain import agent
from domain.kernel import replace
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from interfaces.read_models import PROJECTIONS
from projections import agents, rebuilding, verifying
from projections.filling import stand_in
from projections.table import Projection
from tests.support.given import CONTEXT

MINE, THEIRS = CONTEXT.workspace_id, uuid4()

GUARDED = """
SELECT relrowsecurity, has_table_privilege(reader_role(), oid, 'SELECT'), (
    SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = pg_class.oid
) FROM pg_class WHERE oid = to_regclass(%s)
"""

CONDITION = "(workspace_id = ( SELECT (current_setting('z2.workspace'::text))::uuid AS current_setting))"


async def guarded(connection: Any, table: str) -> Any:
    return await (await connection.execute(GUARDED, (table,))).fetchone()


@pytest.mark.parametrize("schema", ["beside", "pg_temp"])
@pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=PROJECTIONS)
async def test_a_table_that_is_still_being_filled_is_guarded(
    database: Database, projection: Projection[Any], schema: str
) -> None:
    async with database.connection() as connection, connection.transaction(force_rollback=True):
        await connection.execute("CREATE SCHEMA beside")
        await stand_in(connection, projection, schema)
        assert await guarded(connection, f"{schema}.{projection.name}") == (True, True, CONDITION)
        assert await guarded(connection, f"public.{projection.name}") == (True, True, CONDITION)


async def test_a_new_read_model_need_not_think_of_it(database: Database) -> None:
    definition = "CREATE TABLE dreams (id uuid PRIMARY KEY, workspace_id uuid NOT NULL, position bigint, body jsonb);"
    dreams = Projection("dreams", "agent", definition, agents.AgentRow, agents.evolve)
    async with database.connection() as connection, connection.transaction(force_rollback=True):
        await connection.execute(dreams.schema.encode())
        assert await guarded(connection, "public.dreams") == (True, True, CONDITION)


async def agents_of(store: PostgresEventStore, workspace: UUID, number: int) -> None:
    context = replace(CONTEXT, workspace_id=workspace)
    for name in range(number):
        await store.append(
            [Write(uuid4(), 0, [agent.Created(f"A{name}", "Reader", "Read.", "answer", "default")], context)]
        )


async def forgetful(database: Database, workspace: UUID, meanwhile: "asyncio.Future[Any]") -> set[tuple[Any, ...]]:
    """Whose rows a reader saw, and how many each time, while something else went on."""
    query = "SELECT array_agg(DISTINCT workspace_id), count(*) FROM agents"
    seen = set()
    while not meanwhile.done():
        async with database.reading(workspace) as connection:
            row = await (await connection.execute(query)).fetchone()
        assert row is not None
        seen.add((tuple(row[0] or ()), row[1]))
    return seen


async def test_a_rebuild_shows_nobody_elses_rows_while_requests_go_on(
    database: Database, store: PostgresEventStore
) -> None:
    await agents_of(store, MINE, 30)
    await agents_of(store, THEIRS, 20)
    await rebuilding.rebuild(agents.projection, store, database)

    async def rebuilds() -> None:
        for _ in range(10):
            await rebuilding.rebuild(agents.projection, store, database)

    rebuilding_now = asyncio.ensure_future(rebuilds())
    mine, theirs, nobodys = await asyncio.gather(
        *(forgetful(database, workspace, rebuilding_now) for workspace in (MINE, THEIRS, uuid4()))
    )
    await rebuilding_now
    assert mine == {((MINE,), 30)}
    assert theirs == {((THEIRS,), 20)}
    assert nobodys == {((), 0)}


async def test_who_folds_and_verifies_sees_all_workspaces(database: Database, store: PostgresEventStore) -> None:
    for workspace in (MINE, THEIRS):
        await agents_of(store, workspace, 3)
    await rebuilding.rebuild(agents.projection, store, database)
    verified = await verifying.verify(agents.projection, store, database)
    assert (verified.rows, verified.differing) == (6, 0)
    async with database.connection() as connection:
        assert len(await agents.listed(connection, THEIRS)) == 3
