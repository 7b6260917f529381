"""Refusals are counted, and no flood of them fills the record."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from application.access import Actor
from infrastructure.database import Database
from infrastructure.identity import refusals
from infrastructure.identity.audit import PostgresAudit
from infrastructure.identity.refusals import Refusals
from interfaces.composition import background
from tests.support.until import until
from tests.support.vaults import vault

ROWS = (
    "SELECT workspace_id, user_id, reason, sum(count)::bigint, count(*), max(kind) FROM access_audit GROUP BY 1, 2, 3"
)
PLACE = UUID(int=1)


def somebody() -> Actor:
    return Actor(uuid4(), PLACE, "user")


@asynccontextmanager
async def recording(database: Database) -> AsyncIterator[Refusals]:
    """As one process counts them."""
    counting = Refusals(database, vault(database))
    async with background(counting.record()):
        yield counting


async def rows(database: Database) -> list[tuple[Any, ...]]:
    async with database.connection() as connection:
        return await (await connection.execute(ROWS)).fetchall()


async def counted(database: Database) -> int:
    return sum(count for _, _, _, count, _, _ in await rows(database))


async def test_processes_count_into_one_row_for_each_operation_and_minute(database: Database) -> None:
    actor, times = somebody(), 500
    async with recording(database) as one, recording(database) as other:
        for number in range(times):
            (one if number % 2 else other).note(actor, "listMembers", "127.0.0.1")
        one.note(actor, "invite", "127.0.0.1")

        async def complete() -> bool:
            return await counted(database) == times + 1

        assert await until(complete)
    found = {
        reason: (workspace, user, count, lines) for workspace, user, reason, count, lines, _ in await rows(database)
    }
    assert found["listMembers"][:3] == (PLACE, actor.user_id, times)
    assert found["listMembers"][3] <= 2, "one row, or two where a minute ended meanwhile"
    assert found["invite"][2] == 1


async def test_what_waits_is_bounded(database: Database) -> None:
    async with recording(database) as counting:
        for _ in range(refusals.MOST + 100):
            counting.note(somebody(), "listMembers", "127.0.0.1")

        async def written() -> bool:
            return await counted(database) > 0

        assert await until(written)
    assert await counted(database) == refusals.MOST


async def test_they_go_with_the_rest_of_the_record(database: Database) -> None:
    async with recording(database) as counting:
        counting.note(somebody(), "listMembers", "127.0.0.1")

        async def written() -> bool:
            return await counted(database) == 1

        assert await until(written)
    assert await PostgresAudit(database, vault(database), timedelta(days=1)).shorten() == 0
    assert await PostgresAudit(database, vault(database), timedelta()).shorten() == 1
