"""Workers that a test can watch, in this process or in one of their own.

Run as `python -m tests.infrastructure.redis.hands REDIS_URL HELD_SECONDS`: a worker that says on its output which job
it has begun, and never ends one.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Any, cast

from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import func
from redis.exceptions import RedisError

from application.ports import Job
from application.tasks import ended
from domain.kernel import Instant
from infrastructure.redis import queue
from infrastructure.redis.worker import WakingWorker


class Hands:
    """What the jobs of a worker do: they say that they have begun, and end at once or when they are let."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.busy = 0
        self.busiest = 0
        self.go = asyncio.Event()
        self.go.set()

    async def work(self, context: dict[str, Any], arguments: dict[str, Any]) -> None:
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


def job(name: str, due_at: Instant | None = None, **more: Any) -> Job:
    return Job(name, "work", {"name": name, **more}, due_at)


def worker(pool: ArqRedis, hands: Hands, **options: Any) -> WakingWorker:
    return WakingWorker(
        [func(cast(WorkerCoroutine, hands.work), name="work", timeout=60)],
        redis_pool=pool,
        queue_name=queue.QUEUE,
        handle_signals=False,
        job_serializer=queue.serialize,
        job_deserializer=queue.deserialize,
        **options,
    )


@contextlib.asynccontextmanager
async def working(pool: ArqRedis, hands: Hands, **options: Any) -> AsyncIterator[WakingWorker]:
    """A worker at work; an error that ends it is the test's."""
    one = worker(pool, hands, **options)
    main = asyncio.create_task(one.main())
    try:
        yield one
    finally:
        await ended(main)
        await one.wind_down(0)
    assert main.cancelled(), main


class Flaky(ArqRedis):
    """A Redis that goes away for the next so many transactions."""

    failures = 0

    @classmethod
    def beside(cls, pool: ArqRedis) -> "Flaky":
        """Another client of the same Redis."""
        return cls(
            connection_pool=pool.connection_pool,
            job_serializer=queue.serialize,
            job_deserializer=queue.deserialize,
            default_queue_name=queue.QUEUE,
        )

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Any:
        if transaction and self.failures:
            self.failures -= 1
            raise RedisError("as it was told to")
        return super().pipeline(transaction, shard_hint)


class Loud(Hands):
    """It says what it has begun, and never ends."""

    async def work(self, context: dict[str, Any], arguments: dict[str, Any]) -> None:
        sys.stdout.write(f"{arguments['name']}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def main(url: str, held_seconds: float) -> None:
    pool = await queue.connect(url)
    one = worker(pool, Loud(), held_seconds=held_seconds, beat_seconds=held_seconds / 4, max_jobs=1)
    await one.main()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
