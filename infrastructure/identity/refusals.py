"""What people asked for and may not do: one row for each of them, each operation and each minute, with a count.

So whoever asks a million times fills no disk, and makes nobody wait: requests only count, and one task writes.
"""

import asyncio
from collections import Counter
from typing import TypeAlias
from uuid import UUID

import structlog

from application.access import Actor
from application.errors import Unavailable
from application.ports import Vault
from infrastructure.database import Database

ADD = """
INSERT INTO access_audit AS noted (kind, workspace_id, user_id, reason, address, count)
SELECT 'refused', * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::bigint[])
ON CONFLICT (workspace_id, user_id, reason, date_trunc('minute', at AT TIME ZONE 'UTC')) WHERE kind = 'refused'
DO UPDATE SET count = noted.count + excluded.count, address = excluded.address
"""

MOST = 5_000
"""So many different ones wait at the most to be written; more than that within a moment is an attack."""

PAUSE_SECONDS = 0.25

Asked: TypeAlias = tuple[UUID, UUID, str]
"""The workspace, who asked, and the operation."""

log = structlog.get_logger()


class Refusals:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._waiting: Counter[Asked] = Counter()
        self._addresses: dict[Asked, str] = {}
        self._some = asyncio.Event()

    def note(self, actor: Actor, operation: str, address: str) -> None:
        """Count a refusal; of several addresses within a minute the last one is kept."""
        asked = (actor.workspace_id, actor.user_id, operation)
        if asked in self._waiting or len(self._waiting) < MOST:
            self._waiting[asked] += 1
            self._addresses[asked] = address
            self._some.set()

    async def record(self) -> None:
        """Write what was counted, for ever."""
        while True:
            await self._some.wait()
            self._some.clear()
            counted, addresses = self._waiting, self._addresses
            self._waiting, self._addresses = Counter(), {}
            try:
                await self._write(counted, addresses)
            except Unavailable:
                log.warning("audit.refusals_lost", count=counted.total())
            await asyncio.sleep(PAUSE_SECONDS)

    async def _write(self, counted: Counter[Asked], addresses: dict[Asked, str]) -> None:
        # in one order, so that two processes do not wait for each other
        ordered = sorted(counted)
        indices = [await self._vault.index("address", addresses[asked]) for asked in ordered]
        workspaces, users, operations = ([asked[part] for asked in ordered] for part in range(3))
        counts = [counted[asked] for asked in ordered]
        async with self._database.connection() as connection:
            await connection.execute(ADD, (workspaces, users, operations, indices, counts))
