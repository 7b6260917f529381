"""Names and password hashes of those who can sign in, in a table apart from the log."""

import asyncio
import functools
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from application.access import Actor, Role
from application.documents import storable
from domain.kernel import Record
from infrastructure.database import Connection, Database

FIND = "SELECT user_id, workspace_id, name, role, password_hash FROM credentials WHERE lower(name) = lower(%s)"
BY_ID = "SELECT user_id, workspace_id, name, role FROM credentials WHERE user_id = %s"
ADD = "INSERT INTO credentials (user_id, workspace_id, name, role, password_hash) VALUES (%s, %s, %s, %s, %s)"
ANY = "SELECT EXISTS (SELECT 1 FROM credentials)"

HASHING_AT_ONCE = 2
"""A hash takes some 100 ms of a core; more at once would starve the rest of the process."""

_HASHER = PasswordHasher()


@functools.cache
def _hash_for_unknown_names(hasher: PasswordHasher) -> str:
    """Made once in a process: it takes a good part of the time in which an API process starts."""
    return hasher.hash("the hash that an unknown name is checked against")


class Account(Record):
    """Somebody who can sign in."""

    user_id: UUID
    workspace_id: UUID
    name: str
    role: Role

    @property
    def actor(self) -> Actor:
        return Actor(self.user_id, self.workspace_id, self.role)


class Credentials:
    """Passwords are hashed with argon2id (RFC 9106, the library's defaults)."""

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._hasher = hasher or _HASHER
        self._unknown = _hash_for_unknown_names(self._hasher)
        self._turns = asyncio.Semaphore(HASHING_AT_ONCE)

    async def check(self, name: str, password: str) -> Account | None:
        """The account, if the password is its own; as slow for an unknown name as for a known one."""
        row = await self._row(name)
        async with self._turns:
            matches = await asyncio.to_thread(self._matches, row[4] if row else self._unknown, password)
        return Account(*row[:4]) if row and matches else None

    async def _row(self, name: str) -> tuple[Any, ...] | None:
        if storable(name) != name:
            return None  # Postgres would not even be asked
        async with self._database.connection() as connection:
            return await (await connection.execute(FIND, (name,))).fetchone()

    async def find(self, user_id: UUID) -> Account | None:
        async with self._database.connection() as connection:
            row = await (await connection.execute(BY_ID, (user_id,))).fetchone()
        return Account(*row) if row else None

    async def none_yet(self, connection: Connection) -> bool:
        row = await (await connection.execute(ANY)).fetchone()
        return not (row and row[0])

    async def add(self, connection: Connection, account: Account, password: str) -> None:
        """Let somebody sign in from now on."""
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        await connection.execute(ADD, (account.user_id, account.workspace_id, account.name, account.role, hashed))

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False
