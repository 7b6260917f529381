"""Another process that appends to a log.

Run as `python -m tests.support.writer DATABASE_URL HOW_OFTEN CONTENDED`: it appends events to streams of its own and
fights for the streams of CONTENDED, a comma-separated list; it prints how many events it has appended.
"""

import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID, uuid4

from application.ports import Conflict, EventStore, Write
from domain import agent
from domain.kernel import Event
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.support.given import CONTEXT

EVENT = agent.Revised("Reader", "Read closely.", "summarise", "default")
AT_ONCE = 4


def write(stream: UUID, *events: Event, expected: int = 0) -> Write:
    return Write(stream, expected, events or (EVENT,), CONTEXT)


async def append_until_won(store: EventStore, stream: UUID, *events: Event) -> int:
    """Append behind whatever is there, however often others are first. Returns the position."""
    while True:
        try:
            past = await store.load(stream)
            return (await store.append([write(stream, *events, expected=len(past))])).position
        except Conflict:
            continue


async def fight(store: EventStore, times: int, contended: Sequence[UUID]) -> int:
    """Append `times` times, one event to one's own stream and one to a contended one. Returns how many events."""
    own = uuid4()
    for number in range(times):
        await store.append([write(own, expected=number)])
        await append_until_won(store, contended[number % len(contended)])
    return 2 * times


async def main(url: str, times: int, contended: Sequence[UUID]) -> int:
    database = Database(url)
    await database.open()
    try:
        store = PostgresEventStore(database)
        return sum(await asyncio.gather(*(fight(store, times, contended) for _ in range(AT_ONCE))))
    finally:
        await database.close()


if __name__ == "__main__":
    names = [UUID(name) for name in sys.argv[3].split(",")]
    sys.stdout.write(str(asyncio.run(main(sys.argv[1], int(sys.argv[2]), names))))
