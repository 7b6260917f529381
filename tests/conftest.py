"""Real servers for the whole test run, and a fresh database for each module that asks for one."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest

from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import PROJECTIONS, background
from tests.support import servers
from tests.support.system import System, running_system

EMPTY = """
DO $$ BEGIN
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public');
END $$
"""

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with servers.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.redis_server() as url:
        yield url


@pytest.fixture
def database_url(postgres: str) -> str:
    """An empty database for one test."""
    return servers.create_database(postgres, f"test_{next(_numbers)}")


@pytest.fixture(scope="session")
def log_url(postgres: str) -> str:
    """A database that the tests of a run use one after the other."""
    return servers.create_database(postgres, "log")


@pytest.fixture
async def database(log_url: str) -> AsyncIterator[Database]:
    """That database with Z2's schema and nothing in it."""
    opened = Database(log_url)
    await opened.open()
    await migrate(opened, *(projection.schema for projection in PROJECTIONS.values()))
    async with opened.connection() as connection:
        await connection.execute(EMPTY)
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> PostgresEventStore:
    return PostgresEventStore(database)


@pytest.fixture
async def tail(database: Database, store: PostgresEventStore) -> AsyncIterator[Tail]:
    """A tail that runs."""
    running = Tail(database, store)
    async with background(running.run()):
        yield running


@pytest.fixture(scope="session")
def system(postgres: str, redis_url: str) -> Iterator[System]:
    """A whole Z2 of real processes that all tests of a run share: an API, a worker, a projector."""
    settings = {"Z2_WEBHOOK_ALLOW_PRIVATE": "true"}  # the receivers of tests are on this machine
    with running_system(servers.create_database(postgres, "shared"), redis_url, **settings) as running:
        yield running
