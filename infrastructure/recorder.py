"""The library's Postgres recorder on Z2's log: it appends through the same function and reads the same rows."""

from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.sql import SQL, Composed

from infrastructure.database import SCHEMA

APPEND = SQL("SELECT base, refused FROM append_batch(%s, %s, %s, %s, %s, '{}', '{}', '{}', '{}')")


class EventRecorder(PostgresApplicationRecorder):
    """For code written against the eventsourcing library: applications, subscriptions, tools and its own tests."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name="events")
        self.sql_create_statements = [Composed([SQL(SCHEMA)])]

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Append all or nothing. Returns dense ids; raises IntegrityError where a version exists already."""
        if not stored_events:
            return []
        columns = (
            [stored.originator_id for stored in stored_events],
            [stored.originator_version for stored in stored_events],
            [stored.topic for stored in stored_events],
            [stored.state for stored in stored_events],
            [-1] * len(stored_events),
        )
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            row = cursor.execute(APPEND, columns).fetchone()
        if row is None or row["refused"]:
            raise IntegrityError("a version of one of these streams exists already")
        base = int(row["base"])
        return list(range(base + 1, base + 1 + len(stored_events)))
