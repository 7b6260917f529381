"""Two replicas know the same of the models, ask one that failed one at a time, and go on alone without Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from redis.asyncio import Redis

from application.models.health import FAILURES_IN_A_ROW, Account, Outcome
from application.tasks import ended
from infrastructure.redis.health import RedisHealth
from tests.infrastructure.redis.own import own_valkey
from tests.support.until import until

MODEL = "openai/a"
HERE, ELSEWHERE = Account(UUID(int=1)), Account(UUID(int=2))
GOOD, BAD = Outcome(None, 0.5, 2.0, 200), Outcome("model_unavailable")


class Clock:
    """The time of all replicas."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pair(redis: Redis, clock: Clock) -> tuple[RedisHealth, RedisHealth]:
    return RedisHealth(redis, clock=clock), RedisHealth(redis, clock=clock)


@asynccontextmanager
async def running(*health: RedisHealth) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each.run()) for each in health]
    try:
        yield
    finally:
        await ended(*tasks)


def fail(health: RedisHealth, account: Account = HERE, times: int = FAILURES_IN_A_ROW) -> None:
    for _ in range(times):
        health.noted(account, MODEL, BAD)


async def test_what_one_replica_measures_the_other_knows(pair: tuple[RedisHealth, RedisHealth]) -> None:
    one, other = pair
    one.noted(HERE, MODEL, GOOD)
    await one.exchange()
    await other.exchange()
    told = other.measured(ELSEWHERE)[MODEL]
    assert told.first_token_seconds == pytest.approx(0.5)
    assert told.tokens_per_second == pytest.approx(100.0)


async def test_what_both_measure_at_once_counts_both_times(pair: tuple[RedisHealth, RedisHealth]) -> None:
    one, other = pair
    for seconds, health in ((1.0, one), (2.0, other)):
        health.noted(HERE, MODEL, Outcome(None, seconds))
    await asyncio.gather(one.exchange(), other.exchange())
    await one.exchange()
    assert one.measured(HERE)[MODEL].first_token_seconds == pytest.approx(1.5)


async def test_failures_of_several_replicas_open_the_breaker_of_all(
    pair: tuple[RedisHealth, RedisHealth], clock: Clock
) -> None:
    one, other = pair
    fail(one, times=FAILURES_IN_A_ROW - 1)
    await one.exchange()
    assert await one.admitted(HERE, MODEL)
    await other.exchange()
    fail(other, times=1)
    assert not await other.admitted(HERE, MODEL)
    await other.exchange()
    await one.exchange()
    assert not await one.admitted(HERE, MODEL)
    until_then = one.measured(HERE)[MODEL].open_until
    assert until_then is not None
    assert until_then.timestamp() > clock.now


async def test_after_an_outage_one_asks_for_all_and_its_success_closes_the_breaker(
    pair: tuple[RedisHealth, RedisHealth], clock: Clock
) -> None:
    one, other = pair
    fail(one)
    await one.exchange()
    await other.exchange()
    clock.now += 60
    asked = await asyncio.gather(*(health.admitted(HERE, MODEL) for health in (one, other) * 10))
    assert sum(asked) == 1
    one.noted(HERE, MODEL, GOOD)
    await one.exchange()
    await other.exchange()
    assert all(await asyncio.gather(*(health.admitted(HERE, MODEL) for health in (one, other) * 10)))


async def test_a_probe_that_fails_keeps_everybody_out_for_longer(
    pair: tuple[RedisHealth, RedisHealth], clock: Clock
) -> None:
    one, other = pair
    fail(one)
    await one.exchange()
    await other.exchange()
    clock.now += 6
    assert await one.admitted(HERE, MODEL)
    fail(one, times=1)
    await one.exchange()
    await other.exchange()
    clock.now += 6
    assert not await other.admitted(HERE, MODEL)
    clock.now += 6
    assert await other.admitted(HERE, MODEL)


async def test_a_running_replica_tells_of_failures_at_once_and_hears_of_them_soon(redis: Redis) -> None:
    one, other = RedisHealth(redis), RedisHealth(redis)
    async with running(one, other):
        fail(one)

        async def is_shut() -> bool:
            return not await other.admitted(HERE, MODEL)

        assert await until(is_shut)


async def test_a_workspace_with_a_key_of_its_own_tells_nobody_and_hears_of_nobody(
    pair: tuple[RedisHealth, RedisHealth],
) -> None:
    one, other = pair
    mine = Account(HERE.workspace_id, own=frozenset({"openai"}))
    fail(one, mine)
    await one.exchange()
    other.measured(mine)
    await other.exchange()
    assert not await other.admitted(mine, MODEL)
    assert await other.admitted(ELSEWHERE, MODEL)
    assert MODEL not in other.measured(ELSEWHERE)
    fail(one, ELSEWHERE)
    assert await one.admitted(Account(UUID(int=3), own=frozenset({"openai"})), MODEL)


async def test_how_good_answers_are_is_a_workspaces_own_business(pair: tuple[RedisHealth, RedisHealth]) -> None:
    one, other = pair
    one.noted(HERE, MODEL, Outcome(None, 0.5, task="answer", passed=False))
    await one.exchange()
    for account in (HERE, ELSEWHERE):
        other.measured(account)
    await other.exchange()
    assert other.measured(HERE)[MODEL].outcomes["answer"].judged == 1
    assert other.measured(ELSEWHERE)[MODEL].outcomes == {}
    assert other.measured(ELSEWHERE)[MODEL].first_token_seconds == pytest.approx(0.5)


async def test_a_model_is_known_by_the_region_where_it_is_asked(pair: tuple[RedisHealth, RedisHealth]) -> None:
    one, _ = pair
    europe, america = (Account(HERE.workspace_id, regions=(("openai", region),)) for region in ("eu", "us"))
    fail(one, europe)
    assert not await one.admitted(europe, MODEL)
    assert await one.admitted(america, MODEL)
    assert MODEL in one.measured(europe)
    assert MODEL not in one.measured(america)


async def test_the_picture_is_the_same_object_until_a_second_has_passed_or_a_breaker_opens(
    pair: tuple[RedisHealth, RedisHealth], clock: Clock
) -> None:
    one, _ = pair
    one.noted(HERE, MODEL, GOOD)
    seen = one.measured(HERE)
    one.noted(HERE, MODEL, GOOD)
    assert one.measured(HERE) is seen
    clock.now += 1
    assert one.measured(HERE) is not seen
    seen = one.measured(HERE)
    fail(one)
    assert one.measured(HERE)[MODEL].open_until


async def test_a_name_that_nobody_serves_leaves_no_trace(pair: tuple[RedisHealth, RedisHealth], redis: Redis) -> None:
    one, _ = pair
    one.noted(HERE, "openai/made-up", Outcome("model_unknown"))
    await one.exchange()
    assert not await redis.keys("z2:health:*")


async def test_what_redis_forgets_begins_anew(
    pair: tuple[RedisHealth, RedisHealth], redis: Redis, clock: Clock
) -> None:
    one, other = pair
    fail(one)
    await one.exchange()
    await redis.flushdb()
    clock.now += 1
    one.noted(HERE, MODEL, GOOD)
    await one.exchange()
    await other.exchange()
    assert other.measured(HERE)[MODEL].open_until is None
    assert await one.admitted(HERE, MODEL)


async def test_without_redis_each_goes_by_what_it_noted_and_tells_it_when_redis_is_back(clock: Clock) -> None:
    with own_valkey() as valkey:
        redis = Redis.from_url(valkey.url)
        one, other = RedisHealth(redis, clock=clock), RedisHealth(redis, clock=clock)
        valkey.kill()
        fail(one)
        await one.exchange()
        assert not await one.admitted(HERE, MODEL)
        assert one.measured(HERE)[MODEL].open_until
        assert await other.admitted(HERE, MODEL)
        clock.now += 60
        assert await one.admitted(HERE, MODEL)
        valkey.start()

        async def heard() -> bool:
            await one.exchange()
            await other.exchange()
            return MODEL in other.measured(HERE)

        assert await until(heard)
        await redis.aclose()
