"""Fills a log with many events, by COPY, as appends would have left them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg

from domain import agent
from domain.kernel import Context, Event
from infrastructure import mapper

COPY = "COPY events (originator_id, originator_version, topic, state, notification_id) FROM STDIN (FORMAT BINARY)"
TYPES = ["uuid", "int8", "text", "bytea", "int8"]
TEXT = "x" * 600


def fill(url: str, events: int, streams: int, first: int = 1) -> None:
    """`events` events of agents of about a kilobyte, spread over `streams` streams."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        with cursor.copy(COPY) as copy:
            copy.set_types(TYPES)
            for row in _rows(events, streams, first):
                copy.write_row(row)
        cursor.execute("ANALYZE events")


def _rows(events: int, streams: int, first: int) -> Iterator[tuple[UUID, int, str, bytes, int]]:
    chance = random.Random(first)
    context = Context(uuid4(), uuid4(), datetime.now(UTC), uuid4())
    ids = [uuid4() for _ in range(streams)]
    versions = [0] * streams
    for position in range(first, first + events):
        chosen = chance.randrange(streams)
        versions[chosen] += 1
        at = context.at + timedelta(milliseconds=position)
        moment = Context(context.workspace_id, context.actor_id, at, context.correlation_id)
        topic, state = mapper.encode(_event(versions[chosen], ids[chosen]), moment)
        yield ids[chosen], versions[chosen], topic, state, position


def _event(version: int, stream: UUID) -> Event:
    if version == 1:
        return agent.Created(f"Agent {stream}", "Role", TEXT, "summarise", "default")
    return agent.Revised("Role", f"{version} {TEXT}", "summarise", "default")
