"""After a failover the log may have lost what a process remembers; the process must not build on it."""

from uuid import uuid4

import pytest

from application.access import Actor
from application.execute import Executor
from application.ports import Conflict
from domain import agent
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from tests.support.writer import write

ACTOR = Actor(uuid4(), uuid4(), "admin")
LOSE = "DELETE FROM events WHERE notification_id > %s"


async def test_an_append_behind_a_version_that_is_not_there_is_refused(store: PostgresEventStore) -> None:
    stream = uuid4()
    await store.append([write(stream)])
    for writes in (
        [write(stream, expected=2)],
        [write(uuid4(), expected=1)],
        [write(uuid4()), write(stream, expected=2)],
    ):
        with pytest.raises(Conflict):
            await store.append(writes)
    assert await store.head() == 1


async def test_a_process_that_remembers_more_than_the_log_has_reads_it_again(
    database: Database, store: PostgresEventStore
) -> None:
    executor, stream = Executor(store, now), uuid4()
    create = agent.CreateAgent("Ada", "Role", "Do.", "summarise")
    await executor.execute(stream, create, ACTOR, correlation_id=stream)
    for text in ("one", "two", "three"):
        await executor.execute(stream, agent.ReviseAgent("Role", text, "summarise"), ACTOR, correlation_id=stream)
    async with database.connection() as connection:
        await connection.execute(LOSE, (3,))
    await executor.execute(stream, agent.ReviseAgent("Role", "four", "summarise"), ACTOR, correlation_id=stream)
    assert [recorded.version for recorded in await store.load(stream)] == [1, 2, 3]
    assert (await executor.state(stream, ACTOR.workspace_id)).instructions == "four"
