"""Signing in does the same work for people who are unknown as for those who are known."""

import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher

from application.access import Actor
from application.execute import Executor
from application.identity.accounts import Accounts
from application.identity.names import Names
from application.identity.sign_in import Account, Refused, SignIn
from domain import user
from domain.kernel import Sealed
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.passwords import Passwords
from infrastructure.identity.sign_in_names import PostgresSignInNames
from infrastructure.identity.tokens import now
from infrastructure.identity.uses import PostgresUses
from infrastructure.identity.vault import PostgresVault
from tests.support.vaults import vault

PASSWORD = "a password for tests"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""A hash that takes no time, so that the time of all the rest shows."""

TRIES = 60
ROUNDS = 3
"""Other work on the machine may disturb a round; a difference in the work itself shows in each."""


class Counted:
    """Passes calls on and counts them by name."""

    def __init__(self, target: Any, calls: Counter[str]) -> None:
        self._target = target
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        self._calls[f"{type(self._target).__name__}.{name}"] += 1
        return getattr(self._target, name)


class Place:
    """What signing in takes, on a real database; `calls` counts what is asked of it."""

    def __init__(self, database: Database, store: PostgresEventStore, opened: PostgresVault) -> None:
        self.calls: Counter[str] = Counter()
        self.executor = Executor(Counted(store, self.calls), now)
        counted = Counted(opened, self.calls)
        names = Names(self.executor.states, counted, Counted(PostgresSignInNames(database, opened), self.calls))
        hashed = Passwords(QUICK)
        self.accounts = Accounts(self.executor, counted, names, hashed, now)
        uses = PostgresUses(database, opened)
        self.sign_in = SignIn(self.executor, counted, names, Counted(hashed, self.calls), uses, now)
        self.actor = Actor(uuid4(), uuid4(), "system")

    async def person(self, name: str, password: str = PASSWORD) -> UUID:
        user_id = await self.accounts.register(self.actor, name=name)
        await self.accounts.set_password(await self.accounts.person(user_id), password, self.actor)
        return user_id

    async def work(self, name: str) -> tuple[Account | Refused, Counter[str]]:
        """What comes of a wrong password, and what was asked for it."""
        self.calls.clear()
        return await self.sign_in.check(name, "not the password"), Counter(self.calls)


@pytest.fixture
async def place(database: Database, store: PostgresEventStore) -> AsyncIterator[Place]:
    yield Place(database, store, vault(database))


async def test_the_same_is_asked_for_an_unknown_name_as_for_a_known_one(place: Place) -> None:
    known, disabled = await place.person("ada"), await place.person("bob")
    nameless = await place.accounts.register(place.actor, name="eve")
    await place.executor.execute(disabled, user.DisableUser(), place.actor, correlation_id=disabled)
    await place.work("nobody")
    done = {name: await place.work(name) for name in ("ada", "bob", "eve", "nobody", "\x00 or 1=1", "' OR 1=1 --")}
    assert {name: refused for name, (refused, _) in done.items()} == {
        "ada": Refused("wrong_password", known, place.actor.workspace_id),
        "bob": Refused("not_active", disabled, place.actor.workspace_id),
        "eve": Refused("no_password", nameless, place.actor.workspace_id),
        **dict.fromkeys(("nobody", "\x00 or 1=1", "' OR 1=1 --"), Refused("unknown")),
    }
    (work,) = {frozenset(asked.items()) for _, asked in done.values()}
    assert dict(work) == {
        "PostgresSignInNames.find": 2,
        "PostgresEventStore.load": 1,
        "PostgresVault.open": 1,
        "Passwords.fits": 1,
    }


async def test_the_time_does_not_tell_who_is_known(place: Place, database: Database, store: PostgresEventStore) -> None:
    names = [f"somebody {number}" for number in range(TRIES)]
    for name in names:
        await place.person(name)
    areas = []
    for _ in range(ROUNDS):
        # a process that has seen nobody yet has most to look up for those who are known
        areas.append(await told_apart(Place(database, store, vault(database)), names))
        if 0.3 < areas[-1] < 0.7:
            return
    raise AssertionError(f"the time tells who is known: {areas}")


async def told_apart(place: Place, names: Sequence[str]) -> float:
    """How well a guesser tells by the time whether there is somebody of such a name; 0.5 is chance."""
    tries = [(name, True) for name in names] + [(f"nobody {name}", False) for name in names]
    random.Random(4).shuffle(tries)
    took: dict[bool, list[float]] = {True: [], False: []}
    for name, known in tries:
        begun = time.perf_counter()
        await place.sign_in.check(name, "not the password")
        took[known].append(time.perf_counter() - begun)
    return area(took[True], took[False])


def area(one: Sequence[float], other: Sequence[float]) -> float:
    """The area under the curve of a classifier by time: 0.5 is chance."""
    more = sum((a > b) + (a == b) / 2 for a in one for b in other)
    return more / (len(one) * len(other))


async def test_a_password_is_the_same_however_its_letters_are_composed(place: Place) -> None:
    known = await place.person("ada", "caf\u00e9 at the corner")
    assert await place.sign_in.check("ada", "cafe\u0301 at the corner") == Account(known, place.actor.workspace_id, 1)
    assert await place.sign_in.check("ADA", "half \ud800 a character") == Refused(
        "wrong_password", known, place.actor.workspace_id
    )


async def test_a_password_is_hashed_anew_once_it_is_known_and_the_parameters_have_grown(place: Place) -> None:
    known = await place.person("ada")
    grown = Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    place.sign_in._passwords = grown
    before = await verifier(place, known)
    assert isinstance(await place.sign_in.check("ada", "not the password"), Refused)
    assert await verifier(place, known) == before
    account = await place.sign_in.check("ada", PASSWORD)
    assert account == Account(known, place.actor.workspace_id, 1), "no sign-in ends by it"
    assert await verifier(place, known) != before
    assert await place.sign_in.check("ada", PASSWORD) == account


async def verifier(place: Place, user_id: UUID) -> Sealed | None:
    state: user.User = (await place.executor.states.refresh(user_id)).state
    return state.verifier


async def test_a_hash_of_a_password_that_was_changed_meanwhile_is_not_kept(place: Place) -> None:
    known = await place.person("ada")
    account = await place.sign_in.account(known)
    await place.accounts.set_password(await place.accounts.person(known), "another password here", place.actor)
    await place.sign_in._rehash(account, PASSWORD)
    assert isinstance(await place.sign_in.check("ada", PASSWORD), Refused)
    assert isinstance(await place.sign_in.check("ada", "another password here"), Account)
