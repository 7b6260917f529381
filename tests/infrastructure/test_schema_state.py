"""A start that finds the schema as it should be alters nothing; any other one makes it so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace
from psycopg.sql import SQL, Identifier

from application.errors import Invalid
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.postgres_connection import Connection
from interfaces.read_models import PROJECTIONS
from projections import agents, rebuilding
from tests.support.starts import LOCK_ALL, MORE, SCHEMAS, opened, value
from tests.support.writer import write

REFUSE = """
CREATE SCHEMA watch;
CREATE FUNCTION watch.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused: %', tg_tag; END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_start EXECUTE FUNCTION watch.refuse();
"""
"""Whatever would alter the schema is an error, also where it would find that there is nothing to do."""

COUNTED = """
CREATE TABLE IF NOT EXISTS counted (id int GENERATED ALWAYS AS IDENTITY);
INSERT INTO counted DEFAULT VALUES;
"""


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    """A database that Z2 has been started on."""
    async with opened(database_url) as database:
        await migrate(database, *SCHEMAS)
        yield database


@pytest.fixture
async def beside(made: Database) -> AsyncIterator[Connection]:
    """Somebody else's connection to it."""
    async with await made.connect() as connection:
        yield connection


@asynccontextmanager
async def unaltered(connection: Connection) -> AsyncIterator[None]:
    """While the block runs, nobody can alter the schema."""
    await connection.execute(REFUSE)
    yield
    await connection.execute("DROP EVENT TRIGGER refuse; DROP SCHEMA watch CASCADE")


async def test_a_start_that_finds_its_schema_alters_nothing_and_waits_for_no_table(
    made: Database, beside: Connection
) -> None:
    async with unaltered(beside), beside.transaction():
        await beside.execute(LOCK_ALL)
        async with opened(made.url) as second:
            await migrate(second, *SCHEMAS)


async def test_what_refuses_alterations_would_tell_of_one(made: Database, beside: Connection) -> None:
    async with unaltered(beside):
        with pytest.raises(psycopg.errors.RaiseException, match="refused: CREATE FUNCTION"):
            await migrate(made, *SCHEMAS, MORE)


SPOILT = {
    "DROP INDEX runs_due_idx": "to_regclass('runs_due_idx') IS NOT NULL",
    "DROP INDEX events_notification_id_idx": "to_regclass('events_notification_id_idx') IS NOT NULL",
    "DROP TABLE agents": "to_regclass('agents_name_idx') IS NOT NULL",
    "DROP TABLE idempotency_keys": "has_table_privilege(reader_role(), 'idempotency_keys', 'SELECT')",
    "ALTER TABLE webhook_secrets DROP COLUMN box": """
        EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'webhook_secrets'::regclass AND attname = 'box')""",
    "DROP POLICY of_the_workspace ON agents": "EXISTS (SELECT FROM pg_policy WHERE polrelid = 'agents'::regclass)",
    "ALTER TABLE agents DISABLE ROW LEVEL SECURITY": """
        (SELECT relrowsecurity FROM pg_class WHERE oid = 'agents'::regclass)""",
    "DO $$ BEGIN EXECUTE format('REVOKE SELECT ON agents FROM %I', reader_role()); END $$": """
        has_table_privilege(reader_role(), 'agents', 'SELECT')""",
    "CREATE OR REPLACE FUNCTION let_requests_read(readable regclass) RETURNS void LANGUAGE sql AS 'SELECT'": """
        (SELECT prosrc LIKE '%guard_rows%' FROM pg_proc WHERE proname = 'let_requests_read')""",
    "DROP FUNCTION append_batch": "EXISTS (SELECT FROM pg_proc WHERE proname = 'append_batch')",
    "DROP FUNCTION reader_role() CASCADE": "reader_role() IS NOT NULL",
    "COMMENT ON FUNCTION reader_role() IS 'all is well'": """
        obj_description('reader_role()'::regprocedure, 'pg_proc') ~ '[0-9a-f]{64}$'""",
    "CREATE TABLE of_somebody (workspace_id uuid)": """
        EXISTS (SELECT FROM pg_policy WHERE polrelid = 'of_somebody'::regclass)""",
    "CREATE TABLE credentials (name text)": "to_regclass('credentials') IS NULL",
}


@pytest.mark.parametrize("spoil", SPOILT)
async def test_what_somebody_has_changed_by_hand_is_mended_once(made: Database, beside: Connection, spoil: str) -> None:
    await beside.execute(spoil.encode())
    await migrate(made, *SCHEMAS)
    assert await value(beside, f"SELECT {SPOILT[spoil]}")
    async with unaltered(beside):
        await migrate(made, *SCHEMAS)


async def test_statements_run_when_they_are_others_than_before(made: Database, beside: Connection) -> None:
    await migrate(made, *SCHEMAS, MORE)
    assert await value(beside, "SELECT to_regclass('more') IS NOT NULL")
    await migrate(made, *SCHEMAS, MORE, "CREATE INDEX IF NOT EXISTS more_idx ON more (id)")
    assert await value(beside, "SELECT to_regclass('more_idx') IS NOT NULL")


async def test_a_table_that_says_otherwise_which_form_it_has_is_noticed(made: Database, beside: Connection) -> None:
    told = "SELECT obj_description('more'::regclass, 'pg_class')"
    form = f"{MORE}; COMMENT ON TABLE more IS 'form 2'"
    await migrate(made, *SCHEMAS, form)
    await beside.execute("COMMENT ON TABLE more IS 'form 1'")
    await migrate(made, *SCHEMAS, form)
    assert await value(beside, told) == "form 2"


async def test_callers_with_different_read_models_leave_each_other_alone(made: Database, beside: Connection) -> None:
    sets = [SCHEMAS, [agents.projection.schema], [], [*SCHEMAS, MORE]]
    for _ in range(2):
        for more in sets:
            await migrate(made, *more)
    async with unaltered(beside):
        for more in sets:
            await migrate(made, *more)


async def test_a_set_of_statements_that_has_gone_out_of_memory_just_runs_again(
    made: Database, beside: Connection
) -> None:
    for number in range(20):
        await migrate(made, *SCHEMAS, f"SELECT {number}")
    told = await value(beside, "SELECT length(obj_description('reader_role()'::regprocedure, 'pg_proc'))")
    assert isinstance(told, int)
    assert told < 1_000
    await migrate(made, *SCHEMAS)
    async with unaltered(beside):
        await migrate(made, *SCHEMAS, "SELECT 19")


async def test_of_many_processes_that_start_at_once_one_makes_the_schema(database_url: str) -> None:
    async def start() -> None:
        async with opened(database_url) as database:
            await migrate(database, *SCHEMAS, COUNTED)

    await asyncio.gather(*(start() for _ in range(6)))
    async with opened(database_url) as database, database.connection() as connection:
        assert await value(connection, "SELECT count(*) FROM counted") == 1


async def test_a_read_model_that_was_built_anew_is_as_good_as_the_old_one(made: Database, beside: Connection) -> None:
    store = PostgresEventStore(made)
    await store.append([write(uuid4())])
    for projection in PROJECTIONS.values():
        await rebuilding.rebuild(projection, store, made)
    async with unaltered(beside):
        await migrate(made, *SCHEMAS)


async def test_nobody_is_misled_by_the_table_of_a_rebuild_that_is_under_way(made: Database, beside: Connection) -> None:
    await beside.execute("DROP INDEX agents_name_idx")
    async with made.transaction() as connection:
        await connection.execute("CREATE SCHEMA rebuilding_agents; SET LOCAL search_path = rebuilding_agents, public")
        await connection.execute(agents.projection.schema.encode())
        await migrate(made, *SCHEMAS)
    assert await value(beside, "SELECT to_regclass('public.agents_name_idx') IS NOT NULL")
    async with unaltered(beside):
        await migrate(made, *SCHEMAS)


async def test_an_index_that_an_older_process_left_out_of_a_rebuild_is_made_again(
    made: Database, beside: Connection
) -> None:
    older = replace(agents.projection, definition=agents.SCHEMA.partition("CREATE INDEX")[0])
    await rebuilding.rebuild(older, PostgresEventStore(made), made)
    assert await value(beside, "SELECT to_regclass('agents_name_idx') IS NULL")
    await migrate(made, *SCHEMAS)
    assert await value(beside, "SELECT to_regclass('agents_name_idx') IS NOT NULL")


async def test_a_role_that_has_come_to_more_rights_is_refused_though_the_schema_is_there(
    made: Database, beside: Connection
) -> None:
    role = Identifier(f"{urlsplit(made.url).path.removeprefix('/')}_reader")
    await beside.execute(SQL("ALTER ROLE {} BYPASSRLS").format(role))
    with pytest.raises(Invalid, match="may do more than read"):
        await migrate(made, *SCHEMAS)


async def test_in_a_database_that_was_renamed_the_new_role_may_read(postgres: str, database_url: str) -> None:
    async with opened(database_url) as before:
        await migrate(before, *SCHEMAS)
    old = urlsplit(database_url).path.removeprefix("/")
    new = f"{old}_renamed"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(old), Identifier(new)))
        connection.execute(SQL("CREATE ROLE {}").format(Identifier(f"{new}_reader")))
    async with opened(urlsplit(database_url)._replace(path=f"/{new}").geturl()) as after:
        await migrate(after, *SCHEMAS)
        async with after.reading(uuid4()) as reading:
            assert await value(reading, "SELECT count(*) FROM runs") == 0
