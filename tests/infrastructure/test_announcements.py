"""Those who listen are told of each append: at once, or a moment later where nobody waits for it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from application.policies import urgency
from application.registry import EVENT_TYPES
from domain import run_events
from infrastructure.announcements import LATER_SECONDS, Announcements
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.postgres_connection import Connection
from tests.support.writer import append_until_won

SECONDS = 60


@pytest.fixture
async def listener(database: Database) -> AsyncIterator[Connection]:
    async with await database.connect() as connection:
        await connection.execute("LISTEN events")
        yield connection


async def told(listener: Connection, seconds: float) -> int:
    """How often it is told something within so many seconds."""
    return len([each async for each in listener.notifies(timeout=seconds)])


async def hears(listener: Connection) -> bool:
    """Whether it is told anything at all."""
    return bool([each async for each in listener.notifies(timeout=SECONDS, stop_after=1)])


async def test_quiet_appends_are_told_of_too(database: Database, listener: Connection) -> None:
    store = PostgresEventStore(database, quiet=lambda _: True)
    stream = uuid4()
    await append_until_won(store, stream)
    assert await hears(listener), "the first after a pause is told of as it is made"
    for _ in range(5):
        await append_until_won(store, stream)
    assert await hears(listener), "and the others soon after"


async def test_what_is_not_quiet_is_told_of_as_it_is_made(database: Database, listener: Connection) -> None:
    store = PostgresEventStore(database)
    for _ in range(5):
        await append_until_won(store, uuid4())
        assert await hears(listener)


def test_only_quiet_ones_that_follow_closely_wait(database: Database) -> None:
    now = 100.0
    announcements = Announcements(database, clock=lambda: now)
    assert announcements.with_it(quiet=True)
    announcements.made(told=True)
    assert not announcements.with_it(quiet=True)
    assert announcements.with_it(quiet=False)
    now += LATER_SECONDS
    assert announcements.with_it(quiet=True)


async def test_a_process_that_ends_leaves_nothing_under_way(database: Database, listener: Connection) -> None:
    store = PostgresEventStore(database, quiet=lambda _: True)
    announcements = Announcements(database)
    announcements.made(told=False)
    await announcements.close()
    await append_until_won(store, uuid4())
    assert await hears(listener)
    assert await told(listener, 2 * LATER_SECONDS) == 0


def test_what_others_go_on_with_is_never_quiet() -> None:
    moving = {
        run_events.Started,
        run_events.StepScheduled,
        run_events.StepCompleted,
        run_events.StepFailed,
        run_events.StepLost,
        run_events.Cancelled,
        run_events.Completed,
        run_events.Failed,
    }
    assert moving.isdisjoint(urgency.QUIET)
    assert {*urgency.QUIET} <= {*EVENT_TYPES.values()}
    assert all(urgency.frequent(kind) for kind in urgency.QUIET)
