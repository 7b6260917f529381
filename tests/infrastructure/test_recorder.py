"""Code written against the eventsourcing library reads Z2's log, and writes to it by the same rules."""

from collections.abc import Iterator
from typing import ClassVar
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from domain import agent
from infrastructure import mapper
from infrastructure.event_store import PostgresEventStore
from infrastructure.recorder import EventRecorder
from tests.support import library_cases
from tests.support.given import CONTEXT
from tests.support.writer import EVENT, write


def datastore_of(url: str) -> PostgresDatastore:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port="5432",
        user=str(parts["user"]),
        password="",
        pool_size=3,
        max_overflow=9,
        max_waiting=50,
    )


@pytest.fixture
def datastore(database_url: str) -> Iterator[PostgresDatastore]:
    opened = datastore_of(database_url)
    yield opened
    opened.close()


@pytest.fixture
def lent(datastore: PostgresDatastore, request: pytest.FixtureRequest) -> None:
    """The library's test cases find their database here."""
    request.cls.datastore = datastore


@pytest.mark.usefixtures("lent")
class TestApplicationRecorder(library_cases.ApplicationRecorderTestCase[EventRecorder]):
    """The library's own test of an application recorder."""

    datastore: ClassVar[PostgresDatastore]

    def create_recorder(self) -> EventRecorder:
        recorder = EventRecorder(self.datastore)
        recorder.create_table()
        return recorder


@pytest.mark.usefixtures("lent")
class TestNonInterleavingIds(library_cases.NonInterleavingNotificationIDsBaseCase):
    """The library's own test that the ids of two appends never interleave."""

    datastore: ClassVar[PostgresDatastore]

    def create_recorder(self) -> EventRecorder:
        recorder = EventRecorder(self.datastore)
        recorder.create_table()
        return recorder


async def test_a_stock_recorder_of_the_library_reads_the_log(store: PostgresEventStore, log_url: str) -> None:
    one, two = uuid4(), uuid4()
    await store.append([write(one, EVENT, agent.Retired())])
    await store.append([write(two)])
    datastore = datastore_of(log_url)
    try:
        stock = PostgresApplicationRecorder(datastore, events_table_name="events")
        topic, state = mapper.encode(EVENT, CONTEXT)
        assert [(each.originator_version, each.topic) for each in stock.select_events(one)] == [
            (1, "agent.revised.v1"),
            (2, "agent.retired.v1"),
        ]
        assert [stored.originator_version for stored in stock.select_events(one, desc=True, limit=1)] == [2]
        assert stock.max_notification_id() == 3
        seen = stock.select_notifications(start=2, limit=10)
        assert [(each.id, each.originator_id, each.topic, each.state) for each in seen[1:]] == [(3, two, topic, state)]
        assert [each.id for each in stock.select_notifications(None, 10, topics=["agent.retired.v1"])] == [2]
    finally:
        datastore.close()


async def test_what_the_recorder_appends_the_event_store_reads(store: PostgresEventStore, log_url: str) -> None:
    stream = uuid4()
    await store.append([write(stream)])
    topic, state = mapper.encode(agent.Retired(), CONTEXT)
    datastore = datastore_of(log_url)
    try:
        recorder = EventRecorder(datastore)
        assert recorder.insert_events([StoredEvent(stream, 2, topic, state)]) == [2]
        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent(uuid4(), 1, topic, state), StoredEvent(stream, 2, topic, state)])
        assert recorder.insert_events([]) == []
    finally:
        datastore.close()
    assert [recorded.event for recorded in await store.load(stream)] == [EVENT, agent.Retired()]
    assert await store.head() == 2
