"""Real servers for the whole test run, and a fresh database for each module that asks for one."""

import itertools
from collections.abc import Iterator

import pytest

from tests.support import servers
from tests.support.system import System, running_system

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
def system(postgres: str, redis_url: str) -> Iterator[System]:
    """A whole Z2 of real processes that all tests of a run share: an API, a worker, a projector."""
    with running_system(servers.create_database(postgres, "shared"), redis_url) as running:
        yield running
