"""A job is queued once under its id, begins when it is due, and is told to workers at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from redis.asyncio import Redis

from application.errors import Unavailable
from infrastructure.identity.tokens import now
from infrastructure.redis import queue
from infrastructure.redis.queue import RedisQueue
from tests.infrastructure.redis.hands import Hands, job, working
from tests.infrastructure.redis.own import own_valkey
from tests.support.until import until


@pytest.fixture
def jobs(pool: Redis) -> RedisQueue:
    return RedisQueue(pool)


@pytest.fixture
def hands() -> Hands:
    return Hands()


async def queued(pool: Redis) -> int:
    return int(await pool.zcard(queue.QUEUE))


async def test_a_job_is_done_and_then_gone(pool: Redis, jobs: RedisQueue, hands: Hands) -> None:
    await jobs.enqueue(job("a"))
    async with working(pool, hands):
        await until(lambda: hands.ended == ["a"])
        await until(lambda: _is_empty(pool))


async def _is_empty(pool: Redis) -> bool:
    """Nothing of any job is left: neither in the queue nor beside it."""
    return not [name async for name in pool.scan_iter("*")]


async def test_a_second_job_with_its_id_is_the_same_job_while_it_waits_and_while_it_runs(
    pool: Redis, jobs: RedisQueue, hands: Hands
) -> None:
    for _ in range(3):
        await jobs.enqueue(job("a"))
    assert await queued(pool) == 1
    hands.go.clear()
    async with working(pool, hands):
        await until(lambda: hands.begun)
        await jobs.enqueue(job("a"))
        await jobs.enqueue(job("b"))
        await until(lambda: hands.begun == ["a", "b"])
        hands.go.set()
        await until(lambda: _is_empty(pool))
    assert sorted(hands.ended) == ["a", "b"]


async def test_a_job_that_is_done_can_be_queued_again(pool: Redis, jobs: RedisQueue, hands: Hands) -> None:
    async with working(pool, hands):
        for times in (1, 2):
            await jobs.enqueue(job("a"))
            await until(partial(_has_ended, hands, ["a"] * times))
            await until(lambda: _is_empty(pool))


async def test_a_worker_is_woken_and_does_not_wait_for_its_next_look(
    pool: Redis, jobs: RedisQueue, hands: Hands
) -> None:
    async with working(pool, hands, beat_seconds=3600):
        await until(lambda: _listened_to(pool))
        for times in (1, 2, 3):
            await jobs.enqueue(job("abc"[times - 1]))
            await until(partial(_has_ended, hands, list("abc"[:times])))


def _has_ended(hands: Hands, names: list[str]) -> bool:
    return hands.ended == names


async def _listened_to(pool: Redis) -> bool:
    ((_, listeners),) = await pool.pubsub_numsub(queue.WAKE)
    return bool(listeners)


async def test_workers_are_woken_for_a_new_job_only(pool: Redis, jobs: RedisQueue) -> None:
    async with pool.pubsub() as channel:
        await channel.subscribe(queue.WAKE)
        for name in "aab":
            await jobs.enqueue(job(name))
        heard = [message["data"] async for message in _first(channel.listen(), 3)]
    assert heard == [1, b"a", b"b"]


async def _first(messages: AsyncIterator[dict[str, Any]], count: int) -> AsyncIterator[dict[str, Any]]:
    async with asyncio.timeout(20):
        for _ in range(count):
            yield await anext(messages)


async def test_the_end_of_a_job_makes_room_for_the_next_at_once(pool: Redis, jobs: RedisQueue, hands: Hands) -> None:
    for name in "abcdef":
        await jobs.enqueue(job(name))
    async with working(pool, hands, max_jobs=1, beat_seconds=3600):
        await until(lambda: len(hands.ended) == 6)
    assert hands.busiest == 1


async def test_what_else_is_done_in_the_process_leaves_so_much_less_room(
    pool: Redis, jobs: RedisQueue, hands: Hands
) -> None:
    for name in "abcdef":
        await jobs.enqueue(job(name))
    hands.go.clear()
    async with working(pool, hands, max_jobs=4, busy=lambda: hands.busy + 2, beat_seconds=0.02):
        await until(lambda: hands.busy == 2)
        hands.go.set()
        await until(lambda: len(hands.ended) == 6)
    assert hands.busiest == 2


async def test_a_job_begins_when_it_is_due_and_not_before(pool: Redis, jobs: RedisQueue, hands: Hands) -> None:
    due = now() + timedelta(seconds=0.4)
    await jobs.enqueue(job("later", due_at=due))
    await jobs.enqueue(job("overdue", due_at=now() - timedelta(hours=1)))
    async with working(pool, hands, beat_seconds=0.02):
        await until(lambda: hands.begun == ["overdue"])
        await until(lambda: hands.begun == ["overdue", "later"])
        assert now() >= due


async def test_a_job_that_fails_is_over_and_its_worker_goes_on(pool: Redis, jobs: RedisQueue, hands: Hands) -> None:
    await jobs.enqueue(job("bad", fails=True))
    await jobs.enqueue(job("good"))
    async with working(pool, hands):
        await until(lambda: hands.ended == ["good"])
        await until(lambda: _is_empty(pool))


def test_what_msgpack_does_not_know_travels_as_its_text() -> None:
    body = queue.Body("work", {"a": 1, "e": ValueError("no")})
    assert queue.deserialize(queue.serialize(body)) == queue.Body("work", {"a": 1, "e": "ValueError('no')"})


async def test_a_redis_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(Unavailable, match="check REDIS_URL"):
        await queue.connect("unix:///nowhere/valkey.sock", seconds=0)


async def test_a_redis_that_is_lost_is_said_to_be_so_and_found_again_with_its_jobs() -> None:
    with own_valkey() as valkey:
        pool = await queue.connect(valkey.url)
        jobs = RedisQueue(pool)
        await jobs.enqueue(job("a"))
        valkey.kill()
        with pytest.raises(Unavailable):
            await jobs.enqueue(job("b"))
        valkey.start()

        async def again() -> bool:
            try:
                await jobs.enqueue(job("b"))
            except Unavailable:
                return False
            return True

        assert await until(again)
        assert await queued(pool) == 2
        await pool.aclose()


async def test_many_jobs_are_shared_out_and_each_is_done_once(pool: Redis, jobs: RedisQueue) -> None:
    names = [f"job {number}" for number in range(60)]
    some, others = Hands(), Hands()
    async with working(pool, some, max_jobs=5), working(pool, others, max_jobs=5):
        await asyncio.gather(*(jobs.enqueue(job(name)) for name in names))
        await until(lambda: len(some.ended) + len(others.ended) == 60)
        await until(lambda: _is_empty(pool))
    assert sorted(some.begun + others.begun) == sorted(names)
