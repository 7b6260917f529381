"""A process that floods a log with commands and meanwhile listens to all of it.

Run as `python -m tests.support.flood DATABASE_URL COMMANDS UNTIL`: it revises agents of its own, COMMANDS times, and
follows the log from its beginning up to the position UNTIL; it prints how many events it saw, and how many out of turn.
"""

import asyncio
import sys
from uuid import UUID, uuid4

import uvloop

from application.access import Actor
from application.execute import Executor
from domain import agent
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from infrastructure.tail import Tail
from interfaces.composition import background

ACTOR = Actor(UUID(int=1), UUID(int=2), "admin")
AT_ONCE = 32
AGENT_EVENTS = 2
"""An agent that is made is an event, and its name is another one."""


def events(commands: int) -> int:
    """How many events a flood of so many commands comes to."""
    return commands + AT_ONCE * AGENT_EVENTS


async def flood(store: PostgresEventStore, commands: int) -> None:
    executor = Executor(store, now)
    streams = [uuid4() for _ in range(AT_ONCE)]

    async def revise(number: int) -> None:
        stream = streams[number]
        create = agent.CreateAgent(f"Agent {stream}", "Role", "Do.", "summarise")
        await executor.execute(stream, create, ACTOR, correlation_id=stream)
        for turn in range(number, commands, AT_ONCE):
            await executor.execute(
                stream, agent.ReviseAgent("Role", f"Do {turn}.", "summarise"), ACTOR, correlation_id=stream
            )

    await asyncio.gather(*(revise(number) for number in range(AT_ONCE)))


async def listen(tail: Tail, until: int) -> tuple[int, int]:
    """How many events came up to this position, and how many that did not come right behind the one before."""
    seen = strays = position = 0
    async with tail.follow(0) as batches:
        async for batch in batches:
            for recorded in batch:
                seen += 1
                strays += recorded.position != position + 1
                position = recorded.position
            if position >= until:
                break
    return seen, strays


async def main(url: str, commands: int, until: int) -> None:
    database = Database(url)
    await database.open()
    try:
        store = PostgresEventStore(database)
        tail = Tail(database, store)
        async with background(tail.run()):
            heard, _ = await asyncio.gather(listen(tail, until), flood(store, commands))
        print(*heard)
    finally:
        await database.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
