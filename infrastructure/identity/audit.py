"""The record of who came in and who was refused, apart from the log, which refusals must not be able to flood.

A row holds ids, a kind and a reason; the address stands there as its blind index alone. Rows go after as many days as
`Z2_AUDIT_DAYS` says, and the oldest of more than a million go before.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog

from application.errors import Unavailable
from application.ports import Vault
from infrastructure.database import Database

NOTE = "INSERT INTO access_audit (kind, reason, workspace_id, user_id, address) VALUES (%s, %s, %s, %s, %s)"

SHORTEN = """
DELETE FROM access_audit WHERE id IN (
    SELECT id FROM access_audit
    WHERE at < now() - %(kept)s::interval OR id <= (SELECT max(id) FROM access_audit) - %(most)s
    ORDER BY id LIMIT %(batch)s
)
"""

MOST = 1_000_000
BATCH = 5_000
PAUSE_SECONDS = 600.0

log = structlog.get_logger()


class PostgresAudit:
    """The rows of `access_audit`."""

    def __init__(self, database: Database, vault: Vault, kept: timedelta, *, most: int = MOST) -> None:
        self._database = database
        self._vault = vault
        self._kept = kept
        self._most = most

    async def note(
        self, kind: str, *, workspace_id: UUID | None, user_id: UUID | None, address: str, reason: str = ""
    ) -> None:
        index = await self._vault.index("address", address) if address else None
        async with self._database.connection() as connection:
            await connection.execute(NOTE, (kind, reason, workspace_id, user_id, index))

    async def shorten(self) -> int:
        """Delete what is over its time or too much; how many rows that were."""
        deleted = BATCH
        total = 0
        while deleted == BATCH:
            async with self._database.connection() as connection:
                asked = {"kept": self._kept, "most": self._most, "batch": BATCH}
                deleted = (await connection.execute(SHORTEN, asked)).rowcount
            total += deleted
        return total

    async def keep_short(self) -> None:
        """Shorten it from time to time, for ever."""
        while True:
            try:
                if deleted := await self.shorten():
                    log.info("audit.shortened", rows=deleted)
            except Unavailable:
                log.warning("audit.not_shortened")
            await asyncio.sleep(PAUSE_SECONDS)
