"""One holder at a time, and none for longer than it says that it is there."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from application.errors import Unavailable
from infrastructure.redis.leases import LEASE_SECONDS, RedisLeases
from tests.infrastructure.redis.own import own_valkey
from tests.support.until import until

SHORT = 0.15


@pytest.fixture
def leases(redis: Redis) -> RedisLeases:
    return RedisLeases(redis)


@pytest.fixture
def short(redis: Redis) -> RedisLeases:
    """Leases that lapse while a test waits."""
    return RedisLeases(redis, seconds=SHORT)


async def test_a_free_lease_is_taken_and_others_are_refused(leases: RedisLeases) -> None:
    assert await leases.take("a", "me")
    assert not await leases.take("a", "you")
    assert await leases.take("b", "you")
    assert await leases.held(["a", "b", "c"]) == {"a", "b"}


async def test_of_many_at_once_one_gets_it(leases: RedisLeases) -> None:
    taken = await asyncio.gather(*(leases.take("a", f"worker {number}") for number in range(20)))
    assert sum(taken) == 1


async def test_it_lives_for_its_time_and_taking_it_again_begins_its_time_anew(
    redis: Redis, leases: RedisLeases
) -> None:
    await leases.take("a", "me")
    await redis.pexpire("z2:lease:a", 1_000)
    assert await leases.take("a", "me")
    assert LEASE_SECONDS * 1_000 - 1_000 < await redis.pttl("z2:lease:a") <= LEASE_SECONDS * 1_000


async def test_one_that_is_not_renewed_lapses_and_is_free(short: RedisLeases) -> None:
    await short.take("a", "me")
    assert await until(lambda: short.take("a", "you"))
    assert not await short.take("a", "me")


async def test_one_that_redis_has_forgotten_is_taken_again_by_its_holder(redis: Redis, leases: RedisLeases) -> None:
    await leases.take("a", "me")
    await redis.flushdb()
    assert await leases.held(["a"]) == frozenset()
    assert await leases.take("a", "me")
    assert await leases.held(["a"]) == {"a"}


async def test_only_its_holder_gives_it_back(leases: RedisLeases) -> None:
    await leases.take("a", "me")
    await leases.give_back("a", "you")
    assert await leases.held(["a"]) == {"a"}
    await leases.give_back("a", "me")
    await leases.give_back("a", "me")
    assert await leases.held(["a"]) == frozenset()


async def test_of_no_leases_none_is_held(leases: RedisLeases) -> None:
    assert await leases.held([]) == frozenset()


@pytest.fixture
async def lonely() -> AsyncIterator[Redis]:
    """A client of a Redis that is not there."""
    redis = Redis.from_url("unix:///nowhere/valkey.sock")
    yield redis
    await redis.aclose()


async def test_where_redis_is_away_nobody_knows(lonely: Redis) -> None:
    leases = RedisLeases(lonely)
    for asked in (leases.take("a", "me"), leases.give_back("a", "me"), leases.held(["a"])):
        with pytest.raises(Unavailable, match="Redis cannot be reached"):
            await asked


async def test_a_restart_of_redis_takes_no_lease_away() -> None:
    with own_valkey() as valkey:
        redis = Redis.from_url(valkey.url)
        leases = RedisLeases(redis)
        await leases.take("a", "me")
        valkey.kill()
        with pytest.raises(Unavailable):
            await leases.take("a", "me")
        valkey.start()
        assert await until(lambda: leases.take("a", "me"))
        assert not await leases.take("a", "you")
        await redis.aclose()
