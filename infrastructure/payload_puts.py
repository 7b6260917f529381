"""Texts on their way into the database: whatever waits while some are written goes into the next statement."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from infrastructure import compression
from infrastructure.database import Database

# In one order everywhere, so that two processes that store the same texts never wait for each other in a circle.
PUT = """
INSERT INTO payloads (workspace_id, sha256, encoding, body)
SELECT * FROM unnest(%b::uuid[], %b::bytea[], %b::text[], %b::bytea[]) AS text (workspace, sha256, encoding, body)
ORDER BY workspace, sha256
ON CONFLICT (workspace_id, sha256) DO UPDATE SET touched_at = now()
"""

MOST = 64
"""Texts in one statement."""


def columns(bodies: Mapping[tuple[UUID, bytes], bytes]) -> list[list[Any]]:
    """What PUT takes, for these bodies by workspace and digest."""
    packed = [compression.pack(body) for body in bodies.values()]
    owners, digests = [owner for owner, _ in bodies], [digest for _, digest in bodies]
    return [owners, digests, [encoding for encoding, _ in packed], [body for _, body in packed]]


class Waiting:
    """A text to be stored, and whoever waits for that."""

    __slots__ = ("body", "done", "key")

    def __init__(self, workspace_id: UUID, digest: bytes, body: bytes) -> None:
        self.key = workspace_id, digest
        self.body = body
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle(self, error: Exception | None) -> None:
        """Tell the caller, unless it has gone."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class PayloadPuts:
    """One statement is in flight at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None
        database.at_close(self.close)

    async def put(self, workspace_id: UUID, digest: bytes, body: bytes) -> None:
        """Store the body of this digest, or say again what is stored already. Raises Unavailable."""
        waiting = Waiting(workspace_id, digest, body)
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await waiting.done

    async def close(self) -> None:
        """Write what waits."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            error = await self._put({waiting.key: waiting.body for waiting in batch})
            for waiting in batch:
                waiting.settle(error)

    async def _put(self, bodies: dict[tuple[UUID, bytes], bytes]) -> Exception | None:
        try:
            async with self._database.connection() as connection:
                await connection.execute(PUT, columns(bodies), prepare=True)
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it, whatever it is
            return error
        return None
