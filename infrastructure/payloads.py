"""Large texts and documents, stored once in each workspace under the SHA-256 of their plain bytes."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import structlog

from application.errors import NotFound, PayloadAltered, Unavailable
from domain.kernel import PayloadRef
from infrastructure import compression
from infrastructure.database import Database
from infrastructure.payload_puts import PayloadPuts

CHUNK = 256 * 1024
"""Plain bytes in a row; what is longer is kept in several, each packed by itself."""

TOUCH = "UPDATE payloads SET touched_at = now() WHERE workspace_id = %s AND sha256 = %s RETURNING true"

PUT_CHUNK = "INSERT INTO payload_chunks (upload, number, encoding, body) VALUES (%s, %s, %s, %s)"

# The lock keeps the sweep from taking the chunks away between being counted and being referred to.
KEEP = """
WITH mine AS (SELECT number FROM payload_chunks WHERE upload = %(upload)s FOR KEY SHARE)
INSERT INTO payloads (workspace_id, sha256, encoding, upload)
SELECT %(workspace)s, %(sha256)s, 'chunks', %(upload)s WHERE (SELECT count(*) FROM mine) = %(chunks)s
ON CONFLICT (workspace_id, sha256) DO UPDATE SET touched_at = now()
RETURNING upload
"""

DROP = "DELETE FROM payload_chunks WHERE upload = %s"
FIND = "SELECT encoding, body, upload FROM payloads WHERE workspace_id = %s AND sha256 = %s"
FIND_CHUNK = "SELECT encoding, body FROM payload_chunks WHERE upload = %s AND number = %s"

log = structlog.get_logger()


class PostgresPayloads:
    """Payloads of a workspace. No connection is held while the other side is slow."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._puts = PayloadPuts(database)

    async def put(self, workspace_id: UUID, text: str, media_type: str = "text/plain") -> PayloadRef:
        """Store a text, or say again what is stored already; either way nobody collects it for the grace time."""
        body = text.encode()
        digest = hashlib.sha256(body)
        if len(body) > CHUNK:
            if await self._row(TOUCH, workspace_id, digest.digest()):
                return PayloadRef(digest.hexdigest(), len(body), media_type)
            return await self.take_in(workspace_id, _pieces(body), media_type)
        await self._puts.put(workspace_id, digest.digest(), body)
        return PayloadRef(digest.hexdigest(), len(body), media_type)

    async def get(self, workspace_id: UUID, ref: PayloadRef) -> str:
        """The text behind a reference. Raises NotFound, or PayloadAltered where it is not what was stored."""
        return b"".join([piece async for piece in await self.open(workspace_id, ref)]).decode()

    async def take_in(
        self, workspace_id: UUID, pieces: AsyncIterable[bytes], media_type: str = "application/octet-stream"
    ) -> PayloadRef:
        """Store what comes in pieces of any size; at most one chunk of it is in memory."""
        digest, size, upload, chunks = hashlib.sha256(), 0, uuid4(), 0
        async for chunk in _chunks(pieces):
            digest.update(chunk)
            size += len(chunk)
            await self._do(PUT_CHUNK, upload, chunks, *compression.pack(chunk))
            chunks += 1
        values = {"workspace": workspace_id, "sha256": digest.digest(), "upload": upload, "chunks": chunks}
        kept = await self._row(KEEP, values)
        if kept is None or kept[0] != upload:
            await self._do(DROP, upload)
        if kept is None:
            raise Unavailable("the document came in so slowly that its beginning was collected; send it again")
        return PayloadRef(digest.hexdigest(), size, media_type)

    async def open(self, workspace_id: UUID, ref: PayloadRef) -> AsyncIterator[bytes]:
        """The payload in pieces. Raises NotFound, and PayloadAltered at the latest in place of the last piece."""
        row = await self._find(workspace_id, FIND, workspace_id, bytes.fromhex(ref.sha256))
        if row is None:
            raise NotFound("the text behind this reference is not stored")
        encoding, body, upload = row
        if upload is not None:
            return self._checked(workspace_id, upload, ref)
        plain = _plain(encoding, body, ref)
        if hashlib.sha256(plain).hexdigest() != ref.sha256:
            raise _altered(ref)
        return _pieces(plain)

    async def _checked(self, workspace_id: UUID, upload: UUID, ref: PayloadRef) -> AsyncIterator[bytes]:
        """The last piece is held back until the hash of all of them is right."""
        digest, number, held = hashlib.sha256(), 0, b""
        while (row := await self._find(workspace_id, FIND_CHUNK, upload, number)) is not None:
            if held:
                yield held
            encoding, body = row
            held = _plain(encoding, body, ref)
            digest.update(held)
            number += 1
        if digest.hexdigest() != ref.sha256:
            raise _altered(ref)
        yield held

    async def _find(self, workspace_id: UUID, statement: str, *values: Any) -> tuple[Any, ...] | None:
        async with self._database.reading(workspace_id) as connection:
            return await (await connection.execute(statement, values, binary=True)).fetchone()

    async def _row(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        async with self._database.connection() as connection:
            cursor = await connection.execute(statement, _parameters(values), binary=True)
            return await cursor.fetchone()

    async def _do(self, statement: str, *values: Any) -> None:
        async with self._database.connection() as connection:
            await connection.execute(statement, values)


def _parameters(values: tuple[Any, ...]) -> Any:
    return values[0] if isinstance(values[0], dict) else values


def _plain(encoding: str, body: bytes, ref: PayloadRef) -> bytes:
    try:
        return compression.unpack(encoding, body, min(ref.size, CHUNK))
    except compression.Unreadable as reason:
        raise _altered(ref) from reason


def _altered(ref: PayloadRef) -> PayloadAltered:
    log.error("payload.altered", sha256=ref.sha256)
    return PayloadAltered(f"the stored payload sha256:{ref.sha256} does not match its hash; it was altered")


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]


async def _chunks(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in chunks of one size; at least one, which may be empty."""
    waiting = bytearray()
    first = True
    async for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
            first = False
    if waiting or first:
        yield bytes(waiting)
