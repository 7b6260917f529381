"""A name is one user's; a claim that came to nothing does not hold for ever."""

import asyncio
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.execute import Executor
from application.identity.accounts import Accounts
from application.identity.names import Names
from domain.kernel import Rejected
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.passwords import Passwords
from infrastructure.identity.sign_in_names import PostgresSignInNames
from infrastructure.identity.tokens import now
from tests.support.vaults import vault

ACTOR = Actor(uuid4(), uuid4(), "system")
LATER = "UPDATE sign_in_names SET claimed_at = claimed_at - interval '2 minutes'"


class Town:
    def __init__(self, database: Database, store: PostgresEventStore) -> None:
        self.database = database
        self.vault = vault(database)
        executor = Executor(store, now)
        self.names = Names(executor.states, self.vault, PostgresSignInNames(database, self.vault))
        self.accounts = Accounts(executor, self.vault, self.names, Passwords(), now)

    async def later(self) -> None:
        """Two minutes pass."""
        async with self.database.connection() as connection:
            await connection.execute(LATER)


@pytest.fixture
async def town(database: Database, store: PostgresEventStore) -> Town:
    return Town(database, store)


async def test_a_name_is_one_users_whatever_the_case(town: Town) -> None:
    ada = await town.accounts.register(ACTOR, name="Ada")
    await town.later()
    for name in ("Ada", "ADA", "ada"):
        with pytest.raises(Rejected) as refused:
            await town.accounts.register(ACTOR, name=name)
        assert (refused.value.code, refused.value.field) == ("name_taken", "name")
    assert await town.names.find("aDa") == ada


async def test_a_claim_that_nothing_followed_is_anybodys_after_a_minute(town: Town) -> None:
    await town.names.claim("name", "ada", UUID(int=7))
    with pytest.raises(Rejected):
        await town.accounts.register(ACTOR, name="ada")
    await town.later()
    ada = await town.accounts.register(ACTOR, name="ada")
    assert await town.names.find("ada") == ada


async def test_a_renaming_that_was_cut_short_holds_neither_name(town: Town) -> None:
    ada = await town.accounts.register(ACTOR, name="ada")
    await town.names.claim("name", "countess", ada)
    await town.later()
    bob = await town.accounts.register(ACTOR, name="countess")
    assert (await town.names.find("ada"), await town.names.find("countess")) == (ada, bob)


async def test_an_erased_persons_name_is_free(town: Town) -> None:
    ada = await town.accounts.register(ACTOR, name="ada")
    await town.later()
    await town.vault.destroy(ada)
    assert await town.accounts.register(ACTOR, name="ada") != ada


async def test_of_many_who_take_over_a_stale_name_one_has_it(town: Town) -> None:
    await town.names.claim("name", "ada", UUID(int=7))
    await town.later()
    tries = [town.accounts.register(ACTOR, name="ada") for _ in range(10)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    (winner,) = [each for each in outcomes if isinstance(each, UUID)]
    assert all(isinstance(each, Rejected) for each in outcomes if each is not winner)
    assert await town.names.find("ada") == winner


async def test_an_address_signs_in_once_it_is_verified_and_no_longer_once_it_is_another(town: Town) -> None:
    ada = await town.accounts.register(ACTOR, name="ada", email="ada@example.com")
    assert await town.names.find("ada@example.com") is None
    link, _ = await town.accounts.issue_link(await town.accounts.person(ada), "email", ACTOR)
    assert (await town.accounts.verify_email(link.text)).user.email_verified
    assert await town.names.find("ADA@example.com") == ada
    await town.accounts.change_email(await town.accounts.person(ada), "other@example.com", ACTOR)
    assert await town.names.find("ada@example.com") is None
    with pytest.raises(Rejected):
        await town.accounts.verify_email(link.text)


async def test_an_address_of_another_account_is_not_verified_twice(town: Town) -> None:
    people = [await town.accounts.register(ACTOR, email="shared@example.com") for _ in range(2)]
    links = [
        (await town.accounts.issue_link(await town.accounts.person(each), "email", ACTOR))[0].text for each in people
    ]
    await town.accounts.verify_email(links[0])
    await town.later()
    with pytest.raises(Rejected) as refused:
        await town.accounts.verify_email(links[1])
    assert refused.value.code == "email_taken"
