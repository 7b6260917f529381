"""A log of agents, and the read model that a test looks at."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from domain import agent
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from projections import agents, runner
from tests.support.given import CONTEXT
from tests.support.writer import append_until_won

SECONDS = 60
CREATED = agent.Created("Ada", "Reader", "Read.", "answer", "default")
AGENTS = runner.keeping(agents.projection)


async def fill(store: PostgresEventStore, times: int, stream: UUID | None = None) -> None:
    """An agent that is created and then revised again and again."""
    stream = stream or uuid4()
    await append_until_won(store, stream, CREATED)
    for number in range(times - 1):
        await append_until_won(store, stream, agent.Revised(f"{number}", "Read.", "answer", "default"))


async def seen_by(name: str, database: Database) -> int:
    """How far the projection has come."""
    async with database.connection() as connection:
        query = "SELECT position FROM projection_positions WHERE name = %s"
        row = await (await connection.execute(query, (name,))).fetchone()
    return int(row[0]) if row else 0


async def rows(database: Database) -> dict[UUID, Any]:
    """The agents that the read model shows."""
    async with database.connection() as connection:
        return {row.id: row for row in await agents.listed(connection, CONTEXT.workspace_id)}


async def told(store: PostgresEventStore) -> dict[UUID, Any]:
    """The agents as the whole log tells them."""
    return agents.projection.fold(await store.read(0, 100_000), {})


async def fewest_rows(database: Database, meanwhile: "asyncio.Future[Any]") -> int:
    """How few rows any reader saw while something else went on."""
    fewest = 1_000_000
    while not meanwhile.done():
        fewest = min(fewest, len(await rows(database)))
    return fewest
