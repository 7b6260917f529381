"""A quota is never exceeded, however many processes draw from it, and most requests ask Redis nothing."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis

from application.errors import Unavailable
from infrastructure.redis.limits import PORTION, Quota, RedisQuotas, hidden, neighbourhood
from tests.infrastructure.redis.own import OwnValkey, own_valkey
from tests.support.until import until

SMALL = Quota("small", 100, 60)
LARGE = Quota("large", 5_000, 60)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def patient(redis: Redis) -> RedisQuotas:
    """Quotas of a process that is given thousands of requests at once, by which its own answers may come late."""
    return RedisQuotas(redis, answer_seconds=60)


async def commands(redis: Redis) -> int:
    """How many scripts Redis has run so far."""
    stats = await redis.info("commandstats")
    return int(stats.get("cmdstat_evalsha", {"calls": 0})["calls"])


async def within(quotas: RedisQuotas, quota: Quota, times: int, whose: str = "me") -> int:
    """How many of so many requests at once are within the quota."""
    standings = await asyncio.gather(*(quotas.take(quota, whose) for _ in range(times)))
    return sum(standing.within for standing in standings)


async def test_a_small_quota_is_exact_over_processes_that_ask_at_once(redis: Redis) -> None:
    processes = [patient(redis) for _ in range(3)]
    given = await asyncio.gather(*(within(process, SMALL, 80) for process in processes))
    assert sum(given) == 100


async def test_a_large_quota_is_never_exceeded_and_loses_at_most_a_portion_to_each_idle_process(redis: Redis) -> None:
    busy, idle, other = (patient(redis) for _ in range(3))
    before = await within(idle, LARGE, 60)
    given = await asyncio.gather(within(busy, LARGE, 4_000), within(other, LARGE, 4_000))
    portion = LARGE.amount // PORTION
    assert LARGE.amount - 2 * portion <= before + sum(given) <= LARGE.amount


async def test_an_idle_process_holds_no_more_than_it_has_used(redis: Redis) -> None:
    idle, busy = patient(redis), patient(redis)
    assert await within(idle, LARGE, 1) == 1
    assert await within(busy, LARGE, 6_000) == LARGE.amount - 1


async def test_most_requests_ask_redis_nothing_and_refused_ones_never_do(redis: Redis) -> None:
    quotas = patient(redis)
    start = await commands(redis)
    assert await within(quotas, LARGE, 5_000) == 5_000
    drawn = await commands(redis)
    assert drawn - start <= PORTION + 10
    assert await within(quotas, LARGE, 1_000) == 0
    assert await commands(redis) - drawn <= 1


async def test_what_is_left_is_told_and_counts_down_to_the_end_of_the_window(redis: Redis) -> None:
    quotas = patient(redis)
    standings = [await quotas.take(SMALL, "me") for _ in range(102)]
    assert [each.left for each in standings] == [*range(99, -1, -1), 0, 0]
    assert [each.within for each in standings] == [True] * 100 + [False] * 2
    assert all(1 <= each.seconds <= 60 for each in standings)


async def test_a_new_window_begins_when_the_old_one_ends(redis: Redis) -> None:
    short = Quota("short", 3, 1)
    quotas = patient(redis)
    assert await within(quotas, short, 5) == 3

    async def again() -> bool:
        return (await quotas.take(short, "me")).within

    assert await until(again)


async def test_callers_do_not_use_up_each_others_quotas(redis: Redis) -> None:
    quotas = patient(redis)
    burst, calm = await asyncio.gather(within(quotas, SMALL, 1_000, "burst"), within(quotas, SMALL, 100, "calm"))
    assert (burst, calm) == (100, 100)
    other = Quota("other", 10, 60)
    assert await within(quotas, other, 10, "burst") == 10


async def test_what_a_process_remembers_is_bounded(redis: Redis) -> None:
    quotas = RedisQuotas(redis, kept=10)
    for number in range(50):
        assert await within(quotas, SMALL, 2, f"caller {number}") == 2
    assert len(quotas._shares) == 10
    assert await within(quotas, SMALL, 200, "caller 0") == 98


@pytest.fixture
def valkey() -> Iterator[OwnValkey]:
    with own_valkey() as own:
        yield own


async def test_without_redis_nothing_is_said_and_redis_is_not_asked_at_each_request(valkey: OwnValkey) -> None:
    clock = Clock()
    async with contextlib.aclosing(Redis.from_url(valkey.url, socket_connect_timeout=2)) as redis:
        quotas = RedisQuotas(redis, clock=clock)
        assert (await quotas.take(SMALL, "me")).within
        valkey.kill()
        with pytest.raises(Unavailable):
            await quotas.take(SMALL, "me")
        valkey.start()
        with pytest.raises(Unavailable):
            await quotas.take(SMALL, "me")
        clock.now += 2
        assert (await quotas.take(SMALL, "me")).within


async def test_an_outage_keeps_what_was_refused_refused(valkey: OwnValkey) -> None:
    async with contextlib.aclosing(Redis.from_url(valkey.url, socket_connect_timeout=2)) as redis:
        quotas = RedisQuotas(redis)
        assert await within(quotas, SMALL, 150) == 100
        valkey.kill()
        assert not (await quotas.take(SMALL, "me")).within


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "unix", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_a_household_is_one_client(one: str, other: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is same


def test_an_address_is_not_seen_in_redis_and_its_parts_do_not_run_together() -> None:
    names = [hidden(secret, *parts) for secret in (b"a" * 32, b"b" * 32) for parts in ((b"ab", b"c"), (b"a", b"bc"))]
    assert max(Counter(names).values()) == 1
