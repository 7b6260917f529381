"""A Redis that falls silent, without a word of refusal, holds nobody for ever; what was queued is done later."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from redis.asyncio import Redis

from application.errors import Unavailable
from infrastructure.redis import queue
from infrastructure.redis.queue import RedisQueue
from tests.infrastructure.redis.hands import Hands, job, working
from tests.support.fault_proxy import FaultProxy, faulty_network
from tests.support.until import until

BOUND_SECONDS = 60.0


@pytest.fixture
async def network(redis_url: str) -> AsyncIterator[FaultProxy]:
    async with faulty_network(Path(urlsplit(redis_url).path)) as proxy:
        yield proxy


@pytest.fixture
async def far(pool: Redis, redis_url: str, network: FaultProxy) -> AsyncIterator[Redis]:
    """The Redis of `pool` at the other end of that network."""
    database = parse_qs(urlsplit(redis_url).query)["db"][0]
    connected = await queue.connect(f"redis://127.0.0.1:{network.port}/{database}", answer_seconds=0.5)
    yield connected
    network.heal()
    await connected.aclose()


async def test_what_cannot_be_queued_is_told_in_time_and_queued_later(far: Redis, network: FaultProxy) -> None:
    jobs = RedisQueue(far)
    await jobs.enqueue(job("a"))
    network.hold("answers")
    async with asyncio.timeout(BOUND_SECONDS):
        with pytest.raises(Unavailable, match="Redis cannot be reached"):
            await jobs.enqueue(job("b"))
    network.heal()
    await until(lambda: _queued(jobs, "b"), BOUND_SECONDS)
    assert await far.zcard(queue.QUEUE) == 2


async def _queued(jobs: RedisQueue, name: str) -> bool:
    try:
        await jobs.enqueue(job(name))
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("way", ["requests", "answers"])
async def test_a_worker_outlives_the_silence_and_does_what_was_queued_meanwhile(
    pool: Redis, far: Redis, network: FaultProxy, way: str
) -> None:
    hands = Hands()
    async with working(far, hands, beat_seconds=0.05, held_seconds=2.0):
        await RedisQueue(pool).enqueue(job("a"))
        await until(lambda: hands.ended == ["a"], BOUND_SECONDS)
        before = network.connections
        network.hold("requests" if way == "requests" else "answers")
        await RedisQueue(pool).enqueue(job("b"))
        await until(lambda: network.connections > before, BOUND_SECONDS)
        network.heal()
        await until(lambda: "b" in hands.ended, BOUND_SECONDS)
