"""A lost Postgres is said to be so, and found again by the next call."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import psycopg
import pytest

from application.errors import Unavailable
from infrastructure.database import Database, migrate
from infrastructure.embedded import account, places
from infrastructure.embedded.postgres import Postgres
from infrastructure.event_store import PostgresEventStore
from tests.support import lives, servers
from tests.support.until import until
from tests.support.writer import write


async def test_any_number_of_processes_may_create_the_schema_at_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    for database in databases:
        await database.open()
    await asyncio.gather(*(migrate(database, "CREATE TABLE IF NOT EXISTS more (id int)") for database in databases))
    assert await PostgresEventStore(databases[0]).head() == 0
    for database in databases:
        await database.close()


async def test_a_transaction_is_whole_or_nothing(database: Database) -> None:
    add = "INSERT INTO projection_positions (name) VALUES (%s)"
    with pytest.raises(LookupError):
        async with database.transaction() as connection:
            await connection.execute(add, ("a",))
            raise LookupError
    async with database.transaction() as connection:
        await connection.execute(add, ("b",))
    async with database.connection() as connection:
        rows = await (await connection.execute("SELECT name FROM projection_positions")).fetchall()
    assert rows == [("b",)]


async def test_an_error_of_the_caller_is_not_taken_for_a_lost_server(database: Database) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        async with database.connection() as connection:
            await connection.execute("SELECT * FROM nowhere")


async def test_a_connection_that_was_ended_is_replaced(database: Database, store: PostgresEventStore) -> None:
    await store.append([write(uuid4())])
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        await connection.execute(others, (psycopg.conninfo.conninfo_to_dict(database.url)["dbname"],))

    async def again() -> bool:
        try:
            return await store.head() == 1
        except Unavailable:
            return False

    assert await until(again)


async def test_a_pool_without_a_free_connection_is_unavailable_and_free_again_later(database: Database) -> None:
    small = Database(database.url, size=1, patience=0.05)
    await small.open()
    async with small.connection():
        with pytest.raises(Unavailable):
            async with small.connection():
                pass
    async with small.connection() as connection:
        assert (await (await connection.execute("SELECT 1")).fetchone()) == (1,)
    await small.close()


@pytest.fixture
def own() -> Iterator[Postgres]:
    """A Postgres that a test may kill: what it has acknowledged outlives it."""
    with servers.scratch() as folder:
        data = folder / "postgres"
        sockets = places.socket_folder(folder, account.for_postgres(data))
        yield Postgres(data=data, sockets=sockets, settings={"fsync": "off"})
        shutil.rmtree(sockets, ignore_errors=True)


async def gone(store: PostgresEventStore) -> bool:
    try:
        await store.append([write(uuid4())])
    except Unavailable:
        return True
    return False


@pytest.fixture
async def fragile(own: Postgres) -> AsyncIterator[Database]:
    """A database on it that is closed whatever happens."""
    database = Database(own.url, patience=0.2)
    yield database
    await database.close()


async def test_a_killed_server_is_unavailable_and_its_successor_has_everything(
    own: Postgres, fragile: Database
) -> None:
    store = PostgresEventStore(fragile)
    stream = uuid4()
    with lives.started(own) as process:
        await fragile.open()
        await migrate(fragile)
        await store.append([write(stream)])
        lives.kill(process.pid)
        process.wait()
        # an orphaned backend may still answer once before it notices
        assert await until(lambda: gone(store))
        with pytest.raises(Unavailable, match="Postgres cannot be reached"):
            await store.append([write(stream, expected=1)])

    async def again() -> bool:
        return not await gone(store)

    async def kept() -> int:
        with contextlib.suppress(Unavailable):
            return len(await store.load(stream))
        return 0

    with lives.started(own):
        assert await until(again)
        assert await until(kept) == 1
