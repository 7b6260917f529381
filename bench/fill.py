"""Fills a log with many events, by COPY, as appends would have left them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg

from domain import agent
from domain.kernel import Context, Event
from infrastructure import mapper
from infrastructure.database import SCHEMA

EMPTY = """
TRUNCATE events;
ALTER TABLE events DROP CONSTRAINT events_pkey;
DROP INDEX events_notification_id_idx
"""
COPY = """
COPY events (originator_id, originator_version, topic, state, notification_id) FROM STDIN (FORMAT BINARY, FREEZE)
"""
TYPES = ["uuid", "int8", "text", "bytea", "int8"]
KEY = "SET LOCAL maintenance_work_mem = '512MB'; ALTER TABLE events ADD PRIMARY KEY (originator_id, originator_version)"
SETTLE = ("VACUUM ANALYZE events", "CHECKPOINT")
TEXT = 600


def fill(url: str, events: int, streams: int, *, text: int = TEXT) -> None:
    """An emptied log gets `events` events of agents, each with so many characters of text, over `streams` streams.

    What a server would go on to do about them for minutes is done when this returns.
    """
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        with connection.transaction():
            cursor.execute(EMPTY)
            with cursor.copy(COPY) as copy:
                copy.set_types(TYPES)
                for row in _rows(events, streams, "x" * text):
                    copy.write_row(row)
            cursor.execute(KEY)
            cursor.execute(SCHEMA)
        for statement in SETTLE:
            cursor.execute(statement)


def _rows(events: int, streams: int, text: str) -> Iterator[tuple[UUID, int, str, bytes, int]]:
    chance = random.Random(1)
    context = Context(uuid4(), uuid4(), datetime.now(UTC), uuid4())
    ids = [uuid4() for _ in range(streams)]
    versions = [0] * streams
    for position in range(1, events + 1):
        chosen = chance.randrange(streams)
        versions[chosen] += 1
        at = context.at + timedelta(milliseconds=position)
        moment = Context(context.workspace_id, context.actor_id, at, context.correlation_id)
        topic, state = mapper.encode(_event(versions[chosen], ids[chosen], text), moment)
        yield ids[chosen], versions[chosen], topic, state, position


def _event(version: int, stream: UUID, text: str) -> Event:
    if version == 1:
        return agent.Created(f"Agent {stream}", "Role", text, "summarise", "default")
    return agent.Revised("Role", f"{version} {text}", "summarise", "default")
