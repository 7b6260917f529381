"""A process of a newer Z2: its agents can be promoted, of which the Z2 beside it knows nothing.

Run as `python -m tests.support.newer DATABASE_URL STREAM WORKSPACE`: it promotes the agent STREAM, reads back what it
has written, and prints the position.
"""

import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID, uuid4

from application.ports import Write
from domain import agent
from domain.kernel import Context, Event

TAG = "agent.promoted.v1"


async def main(url: str, stream: UUID, workspace_id: UUID) -> int:
    promoted = _taught()
    # what has been imported before it was taught would be of the older Z2
    from infrastructure.database import Database
    from infrastructure.event_store import PostgresEventStore

    database = Database(url)
    await database.open()
    try:
        store = PostgresEventStore(database)
        past = await store.load(stream)
        context = Context(workspace_id, uuid4(), datetime.now(UTC), uuid4())
        event = promoted(to="Head reader")
        outcome = await store.append([Write(stream, past[-1].version, [event], context)])
        assert (await store.load(stream))[-1].event == event
        return outcome.position
    finally:
        await database.close()


def _taught() -> type[Event]:
    """The event, once this process knows it like any other."""

    class Promoted(Event, tag=TAG):
        to: str

    vars(agent)["Events"] = agent.Events | Promoted
    return Promoted


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), UUID(sys.argv[3]))))
