"""No job is lost with its worker or with Redis, and a worker's count of its jobs stays true."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from infrastructure.redis import queue
from infrastructure.redis.queue import RedisQueue
from infrastructure.redis.slots import HELD_SECONDS
from infrastructure.redis.worker import WakingWorker
from tests.infrastructure.redis.hands import Hands, job, working
from tests.infrastructure.redis.own import OwnValkey, own_valkey
from tests.support.system import ROOT
from tests.support.until import until

HELD = 0.4
BEAT = 0.02


@pytest.fixture
def hands() -> Hands:
    return Hands()


HOLDS = "z2:jobs:held"


async def held_for(redis: Redis, name: str) -> float:
    """Milliseconds until somebody else may have the job."""
    until_ms = await redis.zscore(HOLDS, name)
    seconds, micros = await redis.time()
    return -1.0 if until_ms is None else until_ms - (seconds * 1_000 + micros / 1_000)


async def test_a_job_is_held_for_a_few_seconds_only(pool: Redis, hands: Hands) -> None:
    hands.go.clear()
    await RedisQueue(pool).enqueue(job("a"))
    async with working(pool, hands):
        await until(lambda: hands.begun)
        assert 0 < await held_for(pool, "a") <= HELD_SECONDS * 1_000
        hands.go.set()


async def test_a_job_that_runs_longer_than_it_is_held_is_renewed_and_given_to_nobody_else(
    pool: Redis, hands: Hands
) -> None:
    hands.go.clear()
    other = Hands()
    await RedisQueue(pool).enqueue(job("a"))
    options = {"held_seconds": 1.0, "beat_seconds": BEAT}
    async with working(pool, hands, **options):
        await until(lambda: hands.begun)
        await pool.zincrby(HOLDS, -800, "a")
        await until(lambda: _held_at_least(pool, 900))
        async with working(pool, other, **options):
            await RedisQueue(pool).enqueue(job("b"))
            await until(lambda: "b" in other.begun + hands.begun)
            assert "a" not in other.begun
            hands.go.set()
            await until(lambda: "a" in hands.ended)


async def _held_at_least(pool: Redis, milliseconds: int) -> bool:
    return await held_for(pool, "a") >= milliseconds


async def test_the_job_of_a_killed_worker_is_free_again_soon(pool: Redis, redis_url: str, hands: Hands) -> None:
    await RedisQueue(pool).enqueue(job("a"))
    lone = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.infrastructure.redis.hands", redis_url, str(HELD)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert lone.stdout
    assert await asyncio.wait_for(lone.stdout.readline(), 20) == b"a\n"
    async with working(pool, hands, held_seconds=HELD, beat_seconds=BEAT):
        await RedisQueue(pool).enqueue(job("b"))
        await until(lambda: "b" in hands.ended)
        assert "a" not in hands.begun
        lone.kill()
        await lone.wait()
        await until(lambda: "a" in hands.ended)


async def test_a_job_that_redis_forgot_to_be_held_is_not_begun_twice_by_one_worker(pool: Redis, hands: Hands) -> None:
    hands.go.clear()
    await RedisQueue(pool).enqueue(job("a"))
    async with working(pool, hands):
        await until(lambda: hands.begun)
        await pool.zadd(HOLDS, {"a": 1})
        await RedisQueue(pool).enqueue(job("b"))
        await until(lambda: "b" in hands.begun)
        hands.go.set()
        await until(lambda: len(hands.ended) == 2)
    assert hands.begun == ["a", "b"]


class Flaky:
    """The same Redis, whose scripts fail for the next so many times: before they do anything, or after."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.before = self.after = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._redis, name)

    def register_script(self, text: str) -> Any:
        script = self._redis.register_script(text)

        async def run(**given: Any) -> Any:
            if self.before:
                self.before -= 1
                raise RedisError("as it was told to")
            answer = await script(**given)
            if self.after:
                self.after -= 1
                raise RedisError("as it was told to")
            return answer

        return run


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_redis_that_goes_away_while_jobs_are_being_taken_costs_no_room_and_no_job(
    pool: Redis, hands: Hands, when: str
) -> None:
    flaky: Any = Flaky(pool)
    hands.go.clear()
    async with working(flaky, hands, max_jobs=2, beat_seconds=BEAT, held_seconds=HELD) as worker:
        await RedisQueue(pool).enqueue(job("a"))
        await until(lambda: hands.begun)
        setattr(flaky, when, 5)
        for name in "bc":
            await RedisQueue(pool).enqueue(job(name))
        await until(lambda: getattr(flaky, when) == 0)
        await until(lambda: len(hands.begun) == 2)
        assert worker.running == 2
        hands.go.set()
        await until(lambda: sorted(hands.ended) == ["a", "b", "c"])
        await until(lambda: worker.running == 0)
    assert hands.busiest == 2


async def test_what_waits_for_room_begins_as_soon_as_there_is_some(pool: Redis, hands: Hands) -> None:
    workspace_id = uuid4()
    names = [f"{number:02}" for number in range(12)]
    async with working(pool, hands, most=2, max_jobs=5, beat_seconds=600.0):
        await RedisQueue(pool).enqueue(*(job(name, workspace_id=workspace_id) for name in names))
        await until(lambda: len(hands.ended) == len(names))
    assert sorted(hands.ended) == names


async def test_more_than_there_is_room_for_waits_for_no_beat(pool: Redis, hands: Hands) -> None:
    async with working(pool, hands, max_jobs=2, beat_seconds=600.0):
        await RedisQueue(pool).enqueue(*(job(f"{number:02}") for number in range(12)))
        await until(lambda: len(hands.ended) == 12)


async def test_many_jobs_that_others_hold_hide_no_free_one(pool: Redis, hands: Hands) -> None:
    other = Hands()
    other.go.clear()
    async with working(pool, other, max_jobs=150, beat_seconds=BEAT):
        for number in range(150):
            await RedisQueue(pool).enqueue(job(f"held {number}"))
        await until(lambda: other.busy == 150)
        async with working(pool, hands, beat_seconds=BEAT):
            await RedisQueue(pool).enqueue(job("free"))
            await until(lambda: hands.ended == ["free"])
            assert await pool.zcard(queue.QUEUE) >= 150


class TestWindDown:
    async def test_what_ends_in_time_ends_and_nothing_new_begins(self, pool: Redis, hands: Hands) -> None:
        hands.go.clear()
        await RedisQueue(pool).enqueue(job("a"))
        async with working(pool, hands, beat_seconds=BEAT) as worker:
            await until(lambda: hands.begun)
            ending = asyncio.create_task(worker.wind_down(20))
            await until(lambda: not worker.allow_pick_jobs)
            await RedisQueue(pool).enqueue(job("b"))
            hands.go.set()
            await ending
        assert (hands.begun, hands.ended) == (["a"], ["a"])
        assert await pool.zrange(queue.QUEUE, 0, -1) == [b"b"]

    async def test_what_does_not_is_cancelled_and_left_in_the_queue_for_others(self, pool: Redis, hands: Hands) -> None:
        hands.go.clear()
        await RedisQueue(pool).enqueue(job("a"))
        async with working(pool, hands) as worker:
            await until(lambda: hands.begun)
            await worker.wind_down(0)
            assert hands.busy == 0
        other = Hands()
        async with working(pool, other):
            await until(lambda: other.ended == ["a"])

    async def test_a_worker_without_work_ends_at_once(self, pool: Redis, hands: Hands) -> None:
        async with working(pool, hands) as worker:
            await worker.wind_down(3600)


@pytest.fixture
async def valkey() -> AsyncIterator[OwnValkey]:
    with own_valkey() as own:
        yield own


@pytest.fixture
async def own_pool(valkey: OwnValkey) -> AsyncIterator[Redis]:
    connected = await queue.connect(valkey.url)
    yield connected
    await connected.aclose()


async def enqueued(pool: Redis, *names: str) -> None:
    """Queue the jobs, as soon as Redis is there."""

    async def again() -> bool:
        try:
            for name in names:
                await RedisQueue(pool).enqueue(job(name))
        except Exception:  # noqa: BLE001 - whatever a Redis says that is just starting
            return False
        return True

    await until(again)


class TestRestartOfRedis:
    async def test_running_jobs_go_on_and_their_count_stays_true(
        self, valkey: OwnValkey, own_pool: Redis, hands: Hands
    ) -> None:
        hands.go.clear()
        async with working(own_pool, hands, max_jobs=3, beat_seconds=BEAT) as worker:
            await enqueued(own_pool, "a", "b")
            await until(lambda: len(hands.begun) == 2)
            with capture_logs() as logs:
                valkey.kill()
                await until(lambda: "worker.redis_unavailable" in [entry["event"] for entry in logs])
            valkey.start()
            await enqueued(own_pool, "c", "d")
            await until(lambda: len(hands.begun) == 3)
            assert (hands.busy, worker.running) == (3, 3)
            hands.go.set()
            await until(lambda: sorted(hands.ended) == ["a", "b", "c", "d"])
            await until(lambda: worker.running == 0)
        assert hands.busiest == 3

    async def test_jobs_that_end_while_redis_is_away_leave_no_trace_in_the_count(
        self, valkey: OwnValkey, own_pool: Redis, hands: Hands
    ) -> None:
        options = {"max_jobs": 2, "beat_seconds": BEAT, "held_seconds": HELD}
        with capture_logs() as logs:
            async with working(own_pool, hands, **options) as worker:
                for round_ in range(3):
                    hands.go.clear()
                    names = [f"{round_}{letter}" for letter in "ab"]
                    await enqueued(own_pool, *names)
                    await until(lambda: hands.busy == 2)
                    logs.clear()
                    valkey.kill()
                    hands.go.set()
                    await until(lambda: logs and hands.busy == 0)
                    valkey.start()
                    await until(lambda: _is_idle(own_pool, worker))
                    assert set(names) <= set(hands.ended)
        assert hands.busiest == 2


async def _is_idle(pool: Redis, worker: WakingWorker) -> bool:
    """Every job is done and the worker could take as many as ever."""
    try:
        left = await pool.zcard(queue.QUEUE)
    except Exception:  # noqa: BLE001 - in whatever way it is still away
        return False
    return left == 0 and worker.running == 0
