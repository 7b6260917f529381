"""Another process that follows the log of agents as long as it leads.

Run as `python -m tests.projections.following DATABASE_URL`; it ends when it is killed.
"""

import asyncio
import sys
from functools import partial

from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import leader, runner
from tests.projections.agents_log import AGENTS


async def main(url: str) -> None:
    database = Database(url)
    await database.open()
    store = PostgresEventStore(database)
    tail = Tail(database, store)
    async with background(tail.run()):
        await leader.lead(url, AGENTS.name, partial(runner.run, AGENTS, tail, store, database))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
