import pytest

from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.application.memory.place import Place


@pytest.fixture
def place(database: Database, store: PostgresEventStore) -> Place:
    return Place(database, store)
