from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A connection to a Redis that nothing is in."""
    connection = Redis.from_url(redis_url)
    await connection.flushdb()
    yield connection
    await connection.aclose()
