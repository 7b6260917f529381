"""Real servers for the whole test run, and a fresh database for each module that asks for one."""

import itertools
import re
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from interfaces.read_models import PROJECTIONS
from tests.support import order, servers
from tests.support.system import System, running_system

EMPTY = """
DO $$ BEGIN
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public');
END $$
"""

BY_CHANCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\bz2[a-z]?_\w{20,}")

_numbers = itertools.count()


def pytest_configure() -> None:
    """Programs that tests interrupt must hear it, also where the run itself was started in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Ids and secrets made by chance name no test: all processes of a run must find the same tests."""
    return BY_CHANCE.sub("any", val) if isinstance(val, str) and BY_CHANCE.search(val) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: order.turn(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    config.option.loadscopereorder = False
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = order.module
    return scheduler


def pytest_xdist_auto_num_workers() -> int:
    return order.processes()


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
