"""Guessing is slowed down, and the person whose password is guessed is not kept out by it."""

import asyncio
import contextlib
import secrets

import pytest
from redis.asyncio import Redis

from application.errors import Unavailable
from infrastructure.redis.sign_in_limits import ALL, DEVICE_SECONDS, OWN, SignInLimits
from tests.infrastructure.redis.own import own_valkey

ANN, BOB = b"a" * 32, b"b" * 32
HOME, ATTACKER = "192.0.2.1", "198.51.100.7"
SECRET = b"s" * 32


@pytest.fixture
def limits(redis: Redis) -> SignInLimits:
    return SignInLimits(redis, SECRET)


async def fail(limits: SignInLimits, address: str, device: bytes | None = None, index: bytes = ANN) -> int:
    """How long the attempt was told to wait; 0 where it was made, and failed."""
    wait = await limits.before(index, address, device)
    if wait:
        return wait.seconds
    await limits.failed(index, address, device)
    return 0


async def knows(redis: Redis, limits: SignInLimits, index: bytes, device: bytes | None) -> bool:
    """Whether the tries of the device count by themselves, and not with those of its address."""
    await redis.flushdb()
    assert await limits.before(index, ATTACKER, device) is None
    kinds = {key.split(b":")[2] for key in await redis.keys("z2:sign_in:*")}
    assert kinds in ({b"device"}, {b"address", b"account"})
    return kinds == {b"device"}


async def forget_delays(redis: Redis) -> None:
    """As if everybody had waited for as long as they were told to."""
    async with redis.pipeline() as pipe:
        for key in await redis.keys("z2:sign_in:*"):
            pipe.hset(key, "until", "0")
        await pipe.execute()


async def test_some_failures_are_free_and_then_each_doubles_the_delay(redis: Redis, limits: SignInLimits) -> None:
    assert [await fail(limits, HOME) for _ in range(OWN.free + 1)] == [0] * (OWN.free + 1)
    delays = []
    for _ in range(14):
        delays.append(await fail(limits, HOME))
        await forget_delays(redis)
        assert await fail(limits, HOME) == 0
    assert delays[:5] == [1, 2, 4, 8, 16]
    assert delays[-3:] == [OWN.longest] * 3


async def test_an_attempt_that_has_to_wait_is_not_counted(limits: SignInLimits) -> None:
    for _ in range(OWN.free + 1):
        await fail(limits, HOME)
    assert {await fail(limits, HOME) for _ in range(200)} <= {0, 1, 2}


async def test_a_thousand_at_once_get_no_more_tries_than_one_after_the_other(limits: SignInLimits) -> None:
    asked = await asyncio.gather(*(limits.before(ANN, ATTACKER, None) for _ in range(1_000)))
    tried = asked.count(None)
    assert OWN.free + 1 <= tried <= OWN.free + 5  # a delay of a second may pass meanwhile


async def test_one_address_that_guesses_keeps_nobody_else_waiting(limits: SignInLimits) -> None:
    while not await fail(limits, ATTACKER):
        pass
    assert await limits.before(ANN, HOME, None) is None
    assert await limits.before(BOB, ATTACKER, None) is None


async def test_many_addresses_together_are_slowed_down_to_one_try_a_minute(redis: Redis, limits: SignInLimits) -> None:
    addresses = [f"203.0.113.{number}" for number in range(60)]
    for address in addresses:
        await fail(limits, address)
        await forget_delays(redis)
    assert await fail(limits, "203.0.113.100") == 0
    assert await fail(limits, "203.0.113.101") == ALL.longest


async def test_a_known_device_is_served_whatever_others_do(redis: Redis, limits: SignInLimits) -> None:
    assert await limits.before(ANN, HOME, None) is None
    device = await limits.succeeded(ANN, HOME, None)
    for number in range(60):
        await fail(limits, f"203.0.113.{number}")
        await fail(limits, HOME)
    assert await limits.before(ANN, HOME, None) is not None
    assert await limits.before(ANN, HOME, device) is None
    assert await knows(redis, limits, ANN, await limits.succeeded(ANN, HOME, device))


async def test_a_known_device_that_guesses_is_slowed_down_by_itself(limits: SignInLimits) -> None:
    stolen, other = [await limits.succeeded(ANN, HOME, None) for _ in range(2)]
    while not await fail(limits, ATTACKER, stolen):
        pass
    assert await limits.before(ANN, HOME, other) is None
    assert await limits.before(ANN, HOME, None) is None


async def test_a_device_is_known_to_the_account_that_it_signed_in_to(redis: Redis, limits: SignInLimits) -> None:
    device = await limits.succeeded(ANN, HOME, None)
    assert (await knows(redis, limits, ANN, device), await knows(redis, limits, BOB, device)) == (True, False)
    while not await fail(limits, ATTACKER, device, BOB):
        pass
    assert await limits.before(BOB, ATTACKER, None) is not None


async def test_an_altered_cookie_is_none(redis: Redis, limits: SignInLimits) -> None:
    device = await limits.succeeded(ANN, HOME, None)
    altered = [device[:place] + (b"A" if device[place] != 65 else b"B") + device[place + 1 :] for place in range(74)]
    nonsense = [b"", b"=", b"\xff" * 75, b"AAAA", device[:-4], device + b"AAAA", device[::-1], secrets.token_bytes(75)]
    assert await knows(redis, limits, ANN, device)
    assert not any([await knows(redis, limits, ANN, each) for each in (*altered, *nonsense, None)])
    assert not await knows(redis, SignInLimits(redis, b"t" * 32), ANN, device)


async def test_a_device_is_forgotten_in_the_end(redis: Redis) -> None:
    early = SignInLimits(redis, SECRET, clock=lambda: 1_800_000_000.0)
    late = SignInLimits(redis, SECRET, clock=lambda: 1_800_000_000.0 + DEVICE_SECONDS)
    device = await early.succeeded(ANN, HOME, None)
    assert (await knows(redis, early, ANN, device), await knows(redis, late, ANN, device)) == (True, False)


async def test_success_makes_failures_of_that_address_forgotten_but_not_those_of_others(
    redis: Redis, limits: SignInLimits
) -> None:
    for number in range(ALL.free):
        await fail(limits, f"203.0.113.{number}")
    for _ in range(OWN.free):
        await fail(limits, HOME)
        await forget_delays(redis)
    assert await limits.before(ANN, HOME, None) is None
    await limits.succeeded(ANN, HOME, None)
    assert [await fail(limits, HOME), await fail(limits, HOME)][0] == 0
    assert await fail(limits, "203.0.113.99") > 0


async def test_a_household_is_one_address(limits: SignInLimits) -> None:
    while not await fail(limits, "2001:db8:1:2::1"):
        pass
    assert await fail(limits, "2001:db8:1:2:aaaa::9") > 0


async def test_redis_sees_neither_accounts_nor_addresses_and_forgets_in_time(
    redis: Redis, limits: SignInLimits
) -> None:
    await fail(limits, HOME)
    await fail(limits, HOME, await limits.succeeded(BOB, HOME, None), BOB)
    keys = [key.decode() for key in await redis.keys("*")]
    assert {key.rpartition(":")[0] for key in keys} == {
        f"z2:sign_in:{kind}" for kind in ("address", "account", "device")
    }
    assert not any(secret in key for key in keys for secret in (HOME, ANN.decode(), ANN.hex()))
    assert all([0 < await redis.ttl(key) <= 3_600 for key in keys])


async def test_without_redis_nobody_may_try() -> None:
    with own_valkey() as valkey:
        async with contextlib.aclosing(Redis.from_url(valkey.url, socket_connect_timeout=2)) as redis:
            limits = SignInLimits(redis, SECRET)
            assert await limits.before(ANN, HOME, None) is None
            valkey.kill()
            for asked in (limits.before, limits.failed, limits.succeeded):
                with pytest.raises(Unavailable):
                    await asked(ANN, HOME, None)
