"""A password is checked against its hash, and a name nobody has is checked just the same."""

import asyncio
from typing import Literal
from uuid import UUID, uuid4

import psycopg
import pytest
from argon2 import PasswordHasher

from infrastructure.database import Database
from infrastructure.identity.credentials import Account, Credentials

ADA = Account(UUID(int=1), UUID(int=2), "Ada", "admin")
PASSWORD = "correct horse"


class Watched(PasswordHasher):
    """It remembers what it has verified."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=32)
        self.verified: list[tuple[str, str, bool]] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's name
        matched = super().verify(hash, password)
        self.verified.append((str(hash), str(password), matched))
        return matched


@pytest.fixture
async def credentials(database: Database) -> Credentials:
    known = Credentials(database, PasswordHasher(time_cost=1, memory_cost=32))
    async with database.transaction() as connection:
        await known.add(connection, ADA, PASSWORD)
    return known


@pytest.mark.parametrize("name", ["Ada", "ada", "ADA"])
async def test_name_and_password_together_are_an_account(credentials: Credentials, name: str) -> None:
    assert await credentials.check(name, PASSWORD) == ADA


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("Ada", "wrong"),
        ("Ada", ""),
        ("Ada", "Correct horse"),
        ("Bob", PASSWORD),
        ("", PASSWORD),
        ("Ada\x00", PASSWORD),
        ("\ud800", PASSWORD),
        ("a" * 100_000, PASSWORD),
        ("%", PASSWORD),
    ],
    ids=range(9),
)
async def test_anything_else_is_nobody(credentials: Credentials, name: str, password: str) -> None:
    assert await credentials.check(name, password) is None


async def test_a_name_that_nobody_has_is_checked_against_a_hash_too(database: Database) -> None:
    hasher = Watched()
    credentials = Credentials(database, hasher)
    phrase = "the hash that an unknown name is checked against"
    assert await credentials.check("nobody", phrase) is None
    ((hashed, password, matched),) = hasher.verified
    assert (hashed[:9], password, matched) == ("$argon2id", phrase, True)


async def test_a_stored_password_is_a_salted_hash_that_is_costly_to_guess(database: Database) -> None:
    credentials = Credentials(database)
    async with database.transaction() as connection:
        for name in ("Ada", "Bob"):
            await credentials.add(connection, Account(uuid4(), uuid4(), name, "user"), PASSWORD)
        rows = await (await connection.execute("SELECT password_hash FROM credentials")).fetchall()
    hashes = {row[0] for row in rows}
    assert len(hashes) == 2
    assert all(each.startswith("$argon2id$v=19$m=65536,t=3,p=4$") and PASSWORD not in each for each in hashes)


async def test_a_hash_that_is_none_lets_nobody_in(database: Database, credentials: Credentials) -> None:
    async with database.connection() as connection:
        await connection.execute("UPDATE credentials SET password_hash = 'broken'")
    assert await credentials.check("Ada", PASSWORD) is None


async def test_an_account_is_found_by_its_id(credentials: Credentials) -> None:
    assert await credentials.find(ADA.user_id) == ADA
    assert await credentials.find(uuid4()) is None
    assert (ADA.actor.user_id, ADA.actor.workspace_id, ADA.actor.role) == (UUID(int=1), UUID(int=2), "admin")


async def test_a_name_belongs_to_one_account_however_it_is_written(
    database: Database, credentials: Credentials
) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with database.transaction() as connection:
            await credentials.add(connection, Account(uuid4(), uuid4(), "ADA", "user"), PASSWORD)


async def test_many_may_sign_in_at_once(credentials: Credentials) -> None:
    checks = await asyncio.gather(*(credentials.check("Ada", word) for word in (PASSWORD, "wrong", PASSWORD)))
    assert checks == [ADA, None, ADA]


async def test_a_new_database_has_no_account(database: Database) -> None:
    credentials = Credentials(database, PasswordHasher(time_cost=1, memory_cost=32))
    async with database.transaction() as connection:
        assert await credentials.none_yet(connection)
        await credentials.add(connection, ADA, PASSWORD)
        assert not await credentials.none_yet(connection)
