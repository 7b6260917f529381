"""What is scheduled is on the queue right behind its append, once, and late rather than never."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from application.errors import Unavailable
from application.policies.early_jobs import EarlyJobs
from application.ports import Conflict, IdempotencyKey
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.redis.queue import QUEUE, RedisQueue
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import runner
from tests.domain import runs
from tests.support.fakes import FakeQueue
from tests.support.given import CONTEXT
from tests.support.until import until
from tests.support.writer import write

SECONDS = 60
EVENTS = (runs.started("a", "b"), runs.scheduled("a"), runs.scheduled("b"))


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
async def prompt(database: Database, queue: FakeQueue) -> AsyncIterator[PostgresEventStore]:
    """A store whose process puts on the queue what it schedules."""
    early = EarlyJobs(queue)
    yield PostgresEventStore(database, appended=early.appended)
    await early.close()


async def test_it_is_there_without_the_policy_and_under_the_names_that_the_policy_gives(
    database: Database, store: PostgresEventStore, prompt: PostgresEventStore, queue: FakeQueue, tail: Tail
) -> None:
    await store.append([write(uuid4())])
    await prompt.append([write(uuid4()), write(uuid4(), *EVENTS)])
    await until(lambda: list(queue.jobs) == ["step_jobs:4", "step_jobs:5"])
    late = FakeQueue()
    async with background(runner.run(runner.enqueuing(late), tail, store, database)):
        await tail.wait_for("step_jobs", 5, SECONDS)
    assert late.jobs == queue.jobs


async def test_what_the_queue_did_not_take_the_policy_brings(
    database: Database, prompt: PostgresEventStore, queue: FakeQueue, tail: Tail
) -> None:
    queue.away.gone = True
    await prompt.append([write(uuid4(), *EVENTS)])
    await queue.away.refused.wait()
    queue.away.gone = False
    assert not queue.jobs
    async with background(runner.run(runner.enqueuing(queue), tail, prompt, database)):
        await until(lambda: list(queue.jobs) == ["step_jobs:2", "step_jobs:3"])


async def test_an_append_that_was_refused_or_done_before_queues_nothing(
    prompt: PostgresEventStore, queue: FakeQueue
) -> None:
    stream, key = uuid4(), IdempotencyKey(CONTEXT.workspace_id, "key", b"digest")
    await prompt.append([write(stream, *EVENTS)], key)
    await prompt.append([write(stream, *EVENTS)], key)
    with pytest.raises(Conflict):
        await prompt.append([write(stream, *EVENTS)])
    await prompt.append([write(uuid4(), runs.started("c"), runs.scheduled("c"))])
    await until(lambda: list(queue.jobs) == ["step_jobs:2", "step_jobs:3", "step_jobs:5"])


async def test_a_job_that_both_bring_is_one_job(database: Database, redis: Redis, tail: Tail) -> None:
    queue = RedisQueue(redis)
    early = EarlyJobs(queue)
    prompt = PostgresEventStore(database, appended=early.appended)
    await prompt.append([write(uuid4(), *EVENTS)])
    await early.close()
    assert await redis.zcard(QUEUE) == 2
    async with background(runner.run(runner.enqueuing(queue), tail, prompt, database)):
        await tail.wait_for("step_jobs", 3, SECONDS)
    assert await redis.zcard(QUEUE) == 2


async def test_what_comes_while_the_queue_is_asked_goes_there_together(queue: FakeQueue) -> None:
    early, asked = EarlyJobs(queue), []
    take = queue.enqueue

    class Counting:
        async def enqueue(self, *jobs: object) -> None:
            asked.append(len(jobs))
            if len(asked) == 1:
                for base in (10, 20, 30):
                    early.appended(base, [write(uuid4(), *EVENTS)])
                raise Unavailable("as it was told to")
            await take(*jobs)  # type: ignore[arg-type]  # it passes on what it was given

    early._queue = Counting()
    early.appended(0, [write(uuid4(), *EVENTS)])
    await early.close()
    assert asked == [2, 6]
    assert list(queue.jobs) == [f"step_jobs:{base + number}" for base in (10, 20, 30) for number in (2, 3)]
