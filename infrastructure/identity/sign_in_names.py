"""Whom a name signs in: the table holds blind indices, so that nobody reads a name in it."""

from datetime import timedelta
from uuid import UUID

from application.ports import Vault
from infrastructure.database import Database

FIND = "SELECT user_id FROM sign_in_names WHERE name = %s"
CLAIM = "INSERT INTO sign_in_names (name, user_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
TAKE_OVER = """
UPDATE sign_in_names SET user_id = %s, claimed_at = now()
WHERE name = %s AND user_id = %s AND claimed_at < now() - %s::interval
"""
RELEASE = "DELETE FROM sign_in_names WHERE name = %s AND user_id = %s"


class PostgresSignInNames:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find(self, kind: str, text: str) -> UUID | None:
        name = await self._vault.index(kind, text)
        async with self._database.connection() as connection:
            row = await (await connection.execute(FIND, (name,))).fetchone()
        return row[0] if row else None

    async def claim(self, kind: str, text: str, user_id: UUID) -> bool:
        name = await self._vault.index(kind, text)
        async with self._database.connection() as connection:
            await connection.execute(CLAIM, (name, user_id))
            row = await (await connection.execute(FIND, (name,))).fetchone()
        return row is not None and row[0] == user_id

    async def take_over(self, kind: str, text: str, user_id: UUID, *, holder: UUID, older_than: timedelta) -> bool:
        name = await self._vault.index(kind, text)
        async with self._database.connection() as connection:
            taken = await connection.execute(TAKE_OVER, (user_id, name, holder, older_than))
            return taken.rowcount == 1

    async def release(self, kind: str, text: str, user_id: UUID) -> None:
        name = await self._vault.index(kind, text)
        async with self._database.connection() as connection:
            await connection.execute(RELEASE, (name, user_id))
