"""The secrets that webhooks are signed with: apart from the log, told once, and valid a day beside their successor."""

import base64
import secrets
from datetime import timedelta
from uuid import UUID

from application.policies.webhook_delivery import SECRET_PREFIX
from application.ports import Vault
from infrastructure.database import Database

MAKE = "INSERT INTO webhook_secrets (webhook_id, number, box) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
FIND = "SELECT number, box, secret FROM webhook_secrets WHERE webhook_id = %s AND number = %s"
EXPIRE = """
UPDATE webhook_secrets SET expires_at = now() + %s WHERE webhook_id = %s AND number < %s AND expires_at IS NULL
"""
VALID = """
SELECT number, box, secret FROM webhook_secrets
WHERE webhook_id = %s AND (expires_at IS NULL OR expires_at > now())
ORDER BY number DESC
"""
FORGET = "DELETE FROM webhook_secrets WHERE webhook_id = %s"
PLAIN = "SELECT webhook_id, number, secret FROM webhook_secrets WHERE secret IS NOT NULL"
SEAL = "UPDATE webhook_secrets SET box = %s, secret = NULL WHERE webhook_id = %s AND number = %s AND secret = %s"
CLEAN = "VACUUM (FULL) webhook_secrets"

BYTES = 32
OVERLAP = timedelta(hours=24)


class WebhookSecrets:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def make(self, webhook_id: UUID, number: int) -> str:
        """The secret of this number, made now unless it was; those before it expire in a day."""
        fresh = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()
        box = await self._vault.keep(webhook_id, _kind(number), fresh.encode())
        async with self._database.transaction() as connection:
            await connection.execute(MAKE, (webhook_id, number, box))
            await connection.execute(EXPIRE, (OVERLAP, webhook_id, number))
            row = await (await connection.execute(FIND, (webhook_id, number))).fetchone()
        assert row is not None, "it was made, by us or by somebody before us"
        return await self._told(webhook_id, *row)

    async def valid(self, webhook_id: UUID) -> list[str]:
        """Those to sign with now, the newest first."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(VALID, (webhook_id,))).fetchall()
        return [await self._told(webhook_id, *row) for row in rows]

    async def forget(self, webhook_id: UUID) -> None:
        async with self._database.connection() as connection:
            await connection.execute(FORGET, (webhook_id,))

    async def seal_plain(self) -> None:
        """Move what stands in the open into boxes, and leave no trace of it in the table."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(PLAIN)).fetchall()
        for webhook_id, number, secret in rows:
            box = await self._vault.keep(webhook_id, _kind(number), secret.encode())
            async with self._database.connection() as connection:
                await connection.execute(SEAL, (box, webhook_id, number, secret))
        if rows:
            async with self._database.connection(patient=True) as connection:
                await connection.execute(CLEAN)

    async def _told(self, webhook_id: UUID, number: int, box: bytes | None, plain: str | None) -> str:
        """The secret; it stands in the open where a process of an earlier Z2 has made it since we began."""
        if box is None:
            assert plain is not None, "a row holds one of the two"
            return plain
        return (await self._vault.reveal(webhook_id, _kind(number), box)).decode()


def _kind(number: int) -> str:
    return f"webhook secret {number}"
