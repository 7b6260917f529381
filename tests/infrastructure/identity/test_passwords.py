"""Passwords are hashed apart from the event loop, with parameters that may grow."""

import asyncio
import time

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from application.errors import Unavailable
from infrastructure.identity import passwords
from infrastructure.identity.passwords import Passwords

AT_ONCE = 20
ROUNDS = 5


async def test_the_parameters_are_at_least_those_of_the_standard() -> None:
    told = extract_parameters(await Passwords().verifier("a password for tests"))
    assert (told.type, told.hash_len >= 32, told.salt_len >= 16) == (Type.ID, True, True)
    assert told.memory_cost >= 46 * 1024
    assert told.time_cost >= 1


async def test_a_password_fits_its_own_verifier_alone() -> None:
    hasher = Passwords()
    verifier = await hasher.verifier("a password for tests")
    assert await hasher.fits(verifier, "a password for tests")
    assert not await hasher.fits(verifier, "a password for test")
    assert not await hasher.fits(None, "the hash that an unknown name is checked against")
    assert not await hasher.fits("no hash", "a password for tests")
    assert not hasher.outdated(verifier)


async def test_a_verifier_of_other_parameters_is_outdated_and_still_fits() -> None:
    earlier = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("a password for tests")
    assert Passwords().outdated(earlier)
    assert await Passwords().fits(earlier, "a password for tests")


async def test_the_loop_goes_on_while_many_sign_in() -> None:
    hasher = Passwords()
    verifier = await hasher.verifier("a password for tests")
    standing = []
    for _ in range(ROUNDS):
        standing.append(await standstill(hasher, verifier))
        # two at a time: were the loop to wait for a single hash, it would stand still for a tenth of every round
        if standing[-1] < 1 / AT_ONCE:
            return
    raise AssertionError(f"the loop stands still: {standing}")


async def standstill(hasher: Passwords, verifier: str) -> float:
    """The longest time that the loop stood still while many signed in, as a share of what they took."""
    begun = time.monotonic()
    signing_in = asyncio.gather(*(hasher.fits(verifier, "another") for _ in range(AT_ONCE)))
    worst = 0.0
    while not signing_in.done():
        at = time.monotonic()
        await asyncio.sleep(0.001)
        worst = max(worst, time.monotonic() - at)
    assert await signing_in == [False] * AT_ONCE
    return worst / (time.monotonic() - begun)


async def test_more_than_can_wait_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAITING", 2)
    hasher = Passwords()
    tries = await asyncio.gather(*(hasher.fits(None, "x") for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in tries] == [bool, bool, Unavailable]
    assert await hasher.fits(None, "x") is False
