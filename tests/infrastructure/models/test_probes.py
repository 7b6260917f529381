"""Providers are asked now and then whether they take the key, by one process for all, and only if that is wanted."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from redis.asyncio import Redis

from application.models.failure import ModelError
from application.tasks import ended
from infrastructure.models.probes import NOBODYS, Probes
from infrastructure.redis.health import RedisHealth
from tests.support.fakes import FakeProvider
from tests.support.until import until


class Asked(FakeProvider):
    """Counts how often it is asked for its models, and refuses where it is told to."""

    def __init__(self, name: str = "fake") -> None:
        super().__init__(name)
        self.times = 0
        self.refuses: ModelError | None = None

    async def discover(self) -> Sequence[str]:
        self.times += 1
        if self.refuses:
            raise self.refuses
        return ("a",)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    connection = Redis.from_url(redis_url)
    await connection.flushdb()
    yield connection
    await connection.aclose()


async def test_of_two_processes_one_asks_and_both_know(redis: Redis) -> None:
    one, other, provider = RedisHealth(redis), RedisHealth(redis), Asked()
    await Probes(redis, one, [provider], seconds=600).once()
    await Probes(redis, other, [provider], seconds=600).once()
    assert provider.times == 1
    await one.exchange()
    await other.exchange()
    assert other.measured(NOBODYS)["fake"].last == "answered"


async def test_a_refused_key_is_known_and_a_missing_one_is_not_tried(redis: Redis) -> None:
    health, refused, missing = RedisHealth(redis), Asked("refused"), Asked("missing")
    refused.refuses = ModelError("model_key_refused", "no")
    missing.missing = "it has no key"
    await Probes(redis, health, [refused, missing], seconds=600).once()
    assert health.measured(NOBODYS)["refused"].last == "model_key_refused"
    assert missing.times == 0


async def test_it_goes_on_for_as_long_as_it_runs(redis: Redis) -> None:
    provider = Asked()
    task = asyncio.create_task(Probes(redis, RedisHealth(redis), [provider], seconds=0.05).run())
    await until(lambda: provider.times > 2)
    await ended(task)


async def test_without_an_interval_nobody_is_asked(redis: Redis) -> None:
    provider = Asked()
    await Probes(redis, RedisHealth(redis), [provider], seconds=0).run()
    assert provider.times == 0
