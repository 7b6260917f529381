"""A process that makes agents and then revises them, so many commands a second, until its input ends.

Run as `python -m tests.support.reviser` with its Plan as the first argument. It prints a line when the agents are
there, and in the end how many commands it did in how many seconds.
"""

import asyncio
import sys
from uuid import UUID, uuid4

import msgspec
import uvloop

from application.access import Actor
from application.execute import Executor
from domain import agent
from domain.kernel import Record
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from tests.support.pace import paced


class Plan(Record):
    database_url: str
    workspace_id: UUID
    agents: int
    rate: float


async def main(plan: Plan) -> None:
    actor = Actor(uuid4(), plan.workspace_id, "admin")
    streams = [uuid4() for _ in range(plan.agents)]
    stopped = asyncio.Event()
    database = Database(plan.database_url)
    await database.open()
    try:
        executor = Executor(PostgresEventStore(database), now)

        async def revise(number: int) -> None:
            stream = streams[number % len(streams)]
            command = agent.ReviseAgent("Role", f"Do {number}.", "summarise")
            await executor.execute(stream, command, actor, correlation_id=stream)

        for number, stream in enumerate(streams):
            create = agent.CreateAgent(f"Agent {number}", "Role", "Do.", "summarise")
            await executor.execute(stream, create, actor, correlation_id=stream)
        print("revising", flush=True)
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stopped.set)
        print(*await paced(plan.rate, revise, lambda _: not stopped.is_set()))
    finally:
        await database.close()


if __name__ == "__main__":
    uvloop.run(main(msgspec.json.decode(sys.argv[1], type=Plan)))
