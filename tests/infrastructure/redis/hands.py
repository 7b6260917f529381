"""Workers that a test can watch, in this process or in one of their own.

Run as `python -m tests.infrastructure.redis.hands REDIS_URL HELD_SECONDS`: a worker that says on its output which job
it has begun, and never ends one.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis

from application.ports import Job
from application.tasks import ended
from domain.kernel import Instant
from infrastructure.redis import queue
from infrastructure.redis.slots import HELD_SECONDS, STEPS, RedisSlots
from infrastructure.redis.worker import Taken, WakingWorker


class Hands:
    """What the jobs of a worker do: they say that they have begun, and end at once or when they are let."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.busy = 0
        self.busiest = 0
        self.go = asyncio.Event()
        self.go.set()

    async def work(self, _: Taken, arguments: dict[str, Any]) -> None:
        self.begun.append(arguments["name"])
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            await self.go.wait()
            if arguments.get("fails"):
                raise LookupError("as it was told to")
            self.ended.append(arguments["name"])
        finally:
            self.busy -= 1


def job(
    name: str, due_at: Instant | None = None, workspace_id: UUID | None = None, priority: int = 0, **more: Any
) -> Job:
    return Job(name, "work", {"name": name, **more}, due_at, workspace_id, priority)


def worker(
    redis: Redis, hands: Hands, *, held_seconds: float = HELD_SECONDS, most: int = STEPS, **options: Any
) -> WakingWorker:
    slots = RedisSlots(redis, uuid4().hex, seconds=held_seconds, most=most)
    return WakingWorker(redis, {"work": hands.work}, slots, **options)


@contextlib.asynccontextmanager
async def working(redis: Redis, hands: Hands, **options: Any) -> AsyncIterator[WakingWorker]:
    """A worker at work; an error that ends it is the test's."""
    one = worker(redis, hands, **options)
    main = asyncio.create_task(one.main())
    try:
        yield one
    finally:
        await ended(main)
        await one.wind_down(0)
    assert main.cancelled(), main


class Loud(Hands):
    """It says what it has begun, and never ends."""

    async def work(self, _: Taken, arguments: dict[str, Any]) -> None:
        sys.stdout.write(f"{arguments['name']}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def main(url: str, held_seconds: float) -> None:
    redis = await queue.connect(url)
    one = worker(redis, Loud(), held_seconds=held_seconds, beat_seconds=held_seconds / 4, max_jobs=1)
    await one.main()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
