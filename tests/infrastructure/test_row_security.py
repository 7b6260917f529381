"""The second wall between workspaces: what requests read with shows nobody else's rows, whatever it is asked."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from application.errors import Unavailable
from infrastructure.database import Database, migrate
from infrastructure.postgres_connection import Connection
from interfaces.read_models import PROJECTIONS

MINE, THEIRS = UUID(int=10), UUID(int=20)

READ_BY_REQUESTS = {
    *PROJECTIONS,
    "payloads",
    "payload_chunks",
    "idempotency_keys",
    "webhook_deliveries",
    "access_audit",
}
"""Whatever else requests are let read comes here once somebody has thought about it."""

UNGUARDED: dict[str, str] = {}
"""Tables that say whose rows they hold and are not guarded, each with the reason."""

OF_A_WORKSPACE = """
SELECT relname, relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attname = 'workspace_id'
"""

OPEN = """
SELECT relname, relrowsecurity FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
  AND has_table_privilege(reader_role(), pg_class.oid, 'SELECT')
"""

WHO = "SELECT current_user::text, nullif(current_setting('z2.workspace', true), '')"

FORGETFUL = [
    "SELECT workspace_id FROM {}",
    "SELECT workspace_id FROM {} WHERE true OR workspace_id IS NULL",
    "SELECT a.workspace_id FROM {0} a FULL JOIN {0} b ON true",
    "SELECT workspace_id FROM {} UNION ALL SELECT workspace_id FROM {0}",
    "WITH every AS MATERIALIZED (SELECT * FROM {}) SELECT workspace_id FROM every",
]

KEPT = {
    "payloads": "INSERT INTO payloads (workspace_id, sha256, upload) VALUES (%(workspace)s, %(bytes)s, %(id)s)",
    "payload_chunks": """
        INSERT INTO payload_chunks (upload, number, encoding, body) VALUES (%(id)s, 0, 'plain', %(bytes)s)""",
    "idempotency_keys": """
        INSERT INTO idempotency_keys (workspace_id, key, digest, stream, position)
        VALUES (%(workspace)s, 'a key', %(bytes)s, %(id)s, 1)""",
    "webhook_deliveries": """
        INSERT INTO webhook_deliveries (webhook_id, workspace_id, position, type, status, attempts, error)
        VALUES (%(id)s, %(workspace)s, 1, 'run.started.v1', 'dead', 1, 'gone')""",
    "access_audit": """
        INSERT INTO access_audit (kind, reason, workspace_id) VALUES ('signed_in', 'password', %(workspace)s)""",
} | {
    name: "INSERT INTO " + name + " (id, workspace_id, position, body) VALUES (%(id)s, %(workspace)s, 1, '{}')"
    for name in PROJECTIONS
}


@pytest.fixture
async def shared(database: Database) -> Database:
    """The database, in which two workspaces have a row in each table."""
    async with database.connection() as connection:
        for workspace in (MINE, THEIRS):
            values = {"id": uuid4(), "workspace": workspace, "bytes": b"something"}
            for insert in KEPT.values():
                await connection.execute(insert.encode(), values)
    return database


@pytest.fixture
async def single(shared: Database) -> AsyncIterator[Database]:
    """The same with one connection, which everybody gets after everybody else."""
    opened = Database(shared.url, size=1)
    await opened.open()
    yield opened
    await opened.close()


async def rows(connection: Connection, statement: Any, *values: object) -> list[tuple[Any, ...]]:
    return await (await connection.execute(statement, values or None)).fetchall()


async def test_every_table_that_says_whose_rows_it_holds_is_guarded(database: Database) -> None:
    async with database.connection() as connection:
        guarded = dict(await rows(connection, OF_A_WORKSPACE))
    assert set(guarded) > set(PROJECTIONS)
    assert {name for name, on in guarded.items() if not on} == set(UNGUARDED)


async def test_requests_may_read_what_they_need_all_of_it_guarded_and_nothing_else(database: Database) -> None:
    async with database.connection() as connection:
        assert dict(await rows(connection, OPEN)) == dict.fromkeys(READ_BY_REQUESTS, True)


@pytest.mark.parametrize("forgetful", FORGETFUL)
@pytest.mark.parametrize("table", sorted(READ_BY_REQUESTS - {"payload_chunks"}))
async def test_a_forgotten_condition_shows_nobody_elses_rows(shared: Database, table: str, forgetful: str) -> None:
    query = SQL(forgetful.replace("{}", "{0}")).format(Identifier(table))
    for workspace in (MINE, THEIRS, uuid4()):
        async with shared.reading(workspace) as connection:
            seen = {row[0] for row in await rows(connection, query)}
        assert seen == {workspace} & {MINE, THEIRS}


async def test_the_chunks_of_a_payload_belong_to_its_workspace(shared: Database) -> None:
    chunks = "SELECT upload FROM payload_chunks"
    async with shared.connection() as connection:
        uploads = dict(await rows(connection, "SELECT workspace_id, upload FROM payloads"))
    for workspace in (MINE, THEIRS):
        async with shared.reading(workspace) as connection:
            assert await rows(connection, chunks) == [(uploads[workspace],)]
    async with shared.reading(uuid4()) as connection:
        assert await rows(connection, chunks) == []


async def test_asking_for_somebody_elses_row_by_its_id_finds_nothing(shared: Database) -> None:
    async with shared.connection() as connection:
        found = await rows(connection, "SELECT id FROM runs WHERE workspace_id = %s", THEIRS)
    async with shared.reading(MINE) as connection:
        assert await rows(connection, "SELECT id FROM runs WHERE id = %s", found[0][0]) == []


async def test_a_new_table_that_says_whose_rows_it_holds_is_guarded_by_the_next_start(database_url: str) -> None:
    fresh = Database(database_url)
    await fresh.open()
    try:
        for _ in range(2):
            await migrate(fresh, "CREATE TABLE IF NOT EXISTS secrets_of_somebody (workspace_id uuid, secret text)")
        async with fresh.connection() as connection:
            assert dict(await rows(connection, OF_A_WORKSPACE))["secrets_of_somebody"]
            assert "secrets_of_somebody" not in dict(await rows(connection, OPEN))
    finally:
        await fresh.close()


async def test_deliveries_from_before_are_their_webhooks_workspaces(database_url: str) -> None:
    schemas = [projection.schema for projection in PROJECTIONS.values()]
    hook, gone = uuid4(), uuid4()
    old = Database(database_url)
    await old.open()
    try:
        await migrate(old, *schemas)
        async with old.connection() as connection:
            await connection.execute("ALTER TABLE webhook_deliveries DROP COLUMN workspace_id CASCADE")
            await connection.execute(KEPT["webhooks"].encode(), {"id": hook, "workspace": MINE})
            for webhook in (hook, gone):
                await connection.execute(
                    "INSERT INTO webhook_deliveries (webhook_id, position, type, status, attempts, error)"
                    " VALUES (%s, 1, 'run.started.v1', 'dead', 1, 'gone')",
                    (webhook,),
                )
        await migrate(old, *schemas)
        async with old.reading(MINE) as connection:
            assert await rows(connection, "SELECT webhook_id, workspace_id FROM webhook_deliveries") == [(hook, MINE)]
    finally:
        await old.close()


FORBIDDEN = [
    "INSERT INTO runs (id, workspace_id, position, body) VALUES (gen_random_uuid(), gen_random_uuid(), 1, '{}')",
    "UPDATE runs SET position = 2",
    "DELETE FROM runs",
    "TRUNCATE runs",
    "SELECT * FROM runs FOR UPDATE",
    "DROP TABLE runs",
    "ALTER TABLE runs DISABLE ROW LEVEL SECURITY",
    "DROP POLICY of_the_workspace ON runs",
    "CREATE TABLE mine (id int)",
    "ALTER TABLE runs OWNER TO CURRENT_USER",
    """SELECT * FROM append_batch(
        ARRAY[gen_random_uuid()], '{1}', '{x}', ARRAY['x'::bytea], '{0}', '{}', '{}', '{}', '{}')""",
    "SELECT count(*) FROM events",
    "SELECT secret FROM webhook_secrets",
    "SELECT rolpassword FROM pg_authid",
    "COPY runs TO PROGRAM 'true'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_who_reads_can_do_nothing_else(shared: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with shared.reading(MINE) as connection:
            await connection.execute(statement.encode())
    async with shared.connection() as connection:
        assert await rows(connection, "SELECT count(*) FROM runs") == [(2,)]


ESCAPES = [
    "'; RESET ROLE; SELECT workspace_id FROM runs; --",
    "x' OR set_config('role', 'none', true) IS NULL OR 'x' = 'x",
    "\\'; SET z2.workspace = '00000000-0000-0000-0000-000000000014'; --",
    "$$; COMMIT; SELECT 1",
]


@pytest.mark.parametrize("escape", ESCAPES)
async def test_a_parameter_stays_a_text_whatever_it_says(shared: Database, escape: str) -> None:
    async with shared.reading(MINE) as connection:
        assert await rows(connection, "SELECT %s::text", escape) == [(escape,)]
        assert await rows(connection, "SELECT 1 FROM runs WHERE body ->> 'title' = %s", escape) == []
        assert {row[0] for row in await rows(connection, "SELECT workspace_id FROM runs")} == {MINE}


async def test_a_statement_with_parameters_cannot_bring_another_one_along(shared: Database) -> None:
    with pytest.raises(psycopg.errors.SyntaxError, match="multiple commands"):
        async with shared.reading(MINE) as connection:
            await rows(connection, "SELECT %s; RESET ROLE; SELECT workspace_id FROM runs", 1)


async def test_what_names_a_workspace_can_be_nothing_but_an_id(shared: Database) -> None:
    for forged in (f"{MINE}'; RESET ROLE; --", 7, None):
        with pytest.raises(AttributeError):
            async with shared.reading(cast(UUID, forged)):
                pass


async def test_who_names_no_workspace_is_refused(single: Database) -> None:
    become = "SELECT set_config('role', reader_role(), true)"
    async with single.reading(MINE) as connection:
        await connection.execute("SELECT 1")
    async with single.transaction() as connection:
        await connection.execute(become)
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            await connection.execute("SELECT count(*) FROM runs")
    fresh = Database(single.url, size=1)
    await fresh.open()
    try:
        async with fresh.transaction() as connection:
            await connection.execute(become)
            with pytest.raises(psycopg.errors.UndefinedObject):
                await connection.execute("SELECT count(*) FROM runs")
    finally:
        await fresh.close()


async def nobody_is_left(database: Database) -> None:
    """The next user of the connection is the owner again, and of no workspace."""
    async with database.connection() as connection:
        assert await rows(connection, WHO) == [("z2", None)]
        assert {row[0] for row in await rows(connection, "SELECT workspace_id FROM runs")} == {MINE, THEIRS}


async def test_the_next_user_of_the_connection_is_not_taken_for_the_one_before(single: Database) -> None:
    async with single.reading(MINE) as connection:
        assert await rows(connection, WHO) == [("log_reader", MINE.hex)]
    await nobody_is_left(single)


async def test_nor_after_an_error_of_the_query_or_of_its_caller(single: Database) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        async with single.reading(MINE) as connection:
            await connection.execute("SELECT * FROM nowhere")
    await nobody_is_left(single)
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with single.reading(MINE) as connection:
            await rows(connection, "SELECT 1 / 0")
    await nobody_is_left(single)
    with pytest.raises(LookupError):
        async with single.reading(MINE) as connection:
            await rows(connection, "SELECT 1")
            raise LookupError
    await nobody_is_left(single)


async def test_nor_after_a_cancellation_in_the_middle_of_a_query(single: Database, shared: Database) -> None:
    async def slow() -> None:
        async with single.reading(MINE) as connection:
            await rows(connection, "SELECT pg_sleep(60)")

    reading = asyncio.create_task(slow())
    await asleep(shared)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await nobody_is_left(single)


async def test_nor_after_its_server_process_was_ended(single: Database, shared: Database) -> None:
    async def slow() -> None:
        async with single.reading(MINE) as connection:
            await rows(connection, "SELECT pg_sleep(60)")

    reading = asyncio.create_task(slow())
    await asleep(shared)
    async with shared.connection() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%'"
            " AND pid <> pg_backend_pid()"
        )
    with pytest.raises(Unavailable):
        await reading
    await nobody_is_left(single)


async def asleep(database: Database) -> None:
    """Wait until the slow query is under way."""
    query = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    async with database.connection() as connection:
        while not await rows(connection, query):
            pass


async def test_readers_of_many_workspaces_share_few_connections_and_see_their_own_only(shared: Database) -> None:
    few = Database(shared.url, size=2, patience=60)
    await few.open()

    async def read(workspace: UUID, turns: int) -> None:
        task = asyncio.ensure_future(look(workspace))
        for _ in range(turns):
            await asyncio.sleep(0)
        if turns % 3 == 0:
            task.cancel()
        await asyncio.gather(task, return_exceptions=turns % 3 == 0)

    async def look(workspace: UUID) -> None:
        async with few.reading(workspace) as connection:
            for table in ("runs", "agents", "payloads"):
                query = SQL("SELECT workspace_id FROM {}").format(Identifier(table))
                seen = await rows(connection, query)
                wrong.extend(row for row in seen if row != (workspace,))
                right.append(len(seen))

    wrong: list[Any] = []
    right: list[int] = []
    try:
        await asyncio.gather(*(read((MINE, THEIRS)[turns % 2], turns) for turns in range(400)))
        await nobody_is_left(few)
    finally:
        await few.close()
    assert wrong == []
    assert set(right) == {1}
