"""Listeners to the whole log: a client of each API process, and one that follows a tail in this process.

Run as `python -m tests.support.listeners` with its Plan as the first argument. It says a line when everybody listens;
told a position, it goes on until everybody has come there, and prints what each has Heard.
"""

import asyncio
import sys
from collections.abc import Callable

import msgspec
import uvloop

from application.tasks import ended
from domain.kernel import Record
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from tests.support.tiny_client import Connection

LOOK_SECONDS = 0.02
PATIENCE = 600.0


class Plan(Record):
    """Each of the addresses is an API process that is listened to, from behind a position."""

    urls: list[str]
    token: str
    database_url: str
    after: int


class Heard(Record):
    """How many events somebody was told, how many out of turn, and how often it had to come back."""

    seen: int
    strays: int
    returns: int


class Listener:
    def __init__(self, after: int) -> None:
        self.position = after
        self.seen = 0
        self.strays = 0
        self.begun = 0

    def told(self, position: int) -> None:
        self.seen += 1
        self.strays += position != self.position + 1
        self.position = position

    def told_to_be_at(self, position: int) -> None:
        """A sign of life, which must not be ahead of what was told."""
        self.strays += position > self.position

    @property
    def heard(self) -> Heard:
        return Heard(self.seen, self.strays, self.begun - 1)


async def listen(url: str, token: str, listener: Listener) -> None:
    """For ever; it comes back to where it was."""
    while True:
        connection = Connection(url, token)
        status, reader = await connection.stream(f"/api/events?after={listener.position}")
        assert status == 200, status
        listener.begun += 1
        position, is_event = 0, False
        while line := await reader.readline():
            if line.startswith(b"id: "):
                position = int(line[4:])
            elif line.startswith(b"event: "):
                is_event = True
            elif line == b"\n" and position:
                (listener.told if is_event else listener.told_to_be_at)(position)
                position, is_event = 0, False
        connection.close()


async def follow(tail: Tail, listener: Listener) -> None:
    async with tail.follow(listener.position) as batches:
        listener.begun += 1
        async for batch in batches:
            for recorded in batch:
                listener.told(recorded.position)


async def main(plan: Plan) -> None:
    listeners = [Listener(plan.after) for _ in range(len(plan.urls) + 1)]
    own, *others = listeners
    database = Database(plan.database_url)
    await database.open()
    try:
        tail = Tail(database, PostgresEventStore(database))
        async with background(tail.run()):
            work = [asyncio.create_task(follow(tail, own))]
            for url, listener in zip(plan.urls, others, strict=True):
                work.append(asyncio.create_task(listen(url, plan.token, listener)))
            await _until(lambda: all(each.begun for each in listeners), work)
            print("listening", flush=True)
            last = int(await asyncio.to_thread(sys.stdin.readline))
            await _until(lambda: all(each.position >= last for each in listeners), work)
            await ended(*work)
    finally:
        await database.close()
    print(msgspec.json.encode([each.heard for each in listeners]).decode())


async def _until(seen: Callable[[], bool], work: "list[asyncio.Task[None]]") -> None:
    """Wait as long as everybody listens; who has lost patience tells what it has."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not seen() and asyncio.get_running_loop().time() < end:
        for task in work:
            if task.done():
                task.result()
        await asyncio.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    uvloop.run(main(msgspec.json.decode(sys.argv[1], type=Plan)))
