from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from infrastructure.redis.queue import connect


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A connection to a Redis that nothing is in."""
    connection = Redis.from_url(redis_url)
    await connection.flushdb()
    yield connection
    await connection.aclose()


@pytest.fixture
async def pool(redis: Redis, redis_url: str) -> AsyncIterator[Redis]:
    """The same Redis, as the queue is connected to it."""
    connected = await connect(redis_url)
    yield connected
    await connected.aclose()
