"""Stores that are broken on purpose, so that the crash suite can show that it notices."""

import asyncio
from collections.abc import Sequence
from typing import Any

from application.ports import IdempotencyKey, Outcome, Write
from infrastructure import group_writer
from infrastructure.append_columns import Kind, never
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.group_writer import Appended, GroupWriter, Waiting

DISK_SECONDS = 0.02
"""How long a slow disk takes for what its caller believes to be done."""


class EagerWriter(GroupWriter):
    """It acknowledges before it commits."""

    async def _execute(self, batch: list[Waiting]) -> Any:
        if self._connection is None:
            self._connection = await self._database.connect()
        async with self._connection.transaction():
            answer = await super()._execute(batch)
            group_writer._tell(batch, answer, None)
            await asyncio.sleep(DISK_SECONDS)
        return answer


class EagerEventStore(PostgresEventStore):
    def __init__(
        self, database: Database, *, urgent: Kind = never, quiet: Kind = never, appended: Appended | None = None
    ) -> None:
        super().__init__(database, urgent=urgent, quiet=quiet, appended=appended)
        self._writer = EagerWriter(database, urgent, quiet)


class ForgetfulEventStore(PostgresEventStore):
    """It knows no key again."""

    async def append(self, writes: Sequence[Write], key: IdempotencyKey | None = None) -> Outcome:
        return await super().append(writes)

    async def outcome(self, key: IdempotencyKey) -> Outcome | None:
        return None
