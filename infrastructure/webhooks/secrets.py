"""The secrets that webhooks are signed with: apart from the log, told once, and valid a day beside their successor."""

import base64
import secrets
from datetime import timedelta
from uuid import UUID

from application.policies.webhook_delivery import SECRET_PREFIX
from infrastructure.database import Database

MAKE = "INSERT INTO webhook_secrets (webhook_id, number, secret) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
FIND = "SELECT secret FROM webhook_secrets WHERE webhook_id = %s AND number = %s"
EXPIRE = """
UPDATE webhook_secrets SET expires_at = now() + %s WHERE webhook_id = %s AND number < %s AND expires_at IS NULL
"""
VALID = """
SELECT secret FROM webhook_secrets WHERE webhook_id = %s AND (expires_at IS NULL OR expires_at > now())
ORDER BY number DESC
"""
FORGET = "DELETE FROM webhook_secrets WHERE webhook_id = %s"

BYTES = 32
OVERLAP = timedelta(hours=24)


class WebhookSecrets:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, webhook_id: UUID, number: int) -> str:
        """The secret of this number, made now unless it was; those before it expire in a day."""
        fresh = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()
        async with self._database.transaction() as connection:
            await connection.execute(MAKE, (webhook_id, number, fresh))
            await connection.execute(EXPIRE, (OVERLAP, webhook_id, number))
            row = await (await connection.execute(FIND, (webhook_id, number))).fetchone()
        assert row is not None, "it was made, by us or by somebody before us"
        return str(row[0])

    async def valid(self, webhook_id: UUID) -> list[str]:
        """Those to sign with now, the newest first."""
        async with self._database.connection() as connection:
            rows = await (await connection.execute(VALID, (webhook_id,))).fetchall()
        return [secret for (secret,) in rows]

    async def forget(self, webhook_id: UUID) -> None:
        async with self._database.connection() as connection:
            await connection.execute(FORGET, (webhook_id,))
