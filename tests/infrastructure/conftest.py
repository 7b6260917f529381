import pytest

from application.ports import EventStore
from infrastructure.event_store import PostgresEventStore
from tests.support.fakes import FakeStore


@pytest.fixture(params=["in Postgres", "in memory"])
def either_store(request: pytest.FixtureRequest, store: PostgresEventStore) -> EventStore:
    """The real store, and the one that tests of the application use: they keep the same promises."""
    return store if request.param == "in Postgres" else FakeStore()
