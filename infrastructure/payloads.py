"""Large texts, stored once under the SHA-256 of their bytes."""

import hashlib
from uuid import UUID

from application.errors import NotFound
from domain.kernel import PayloadRef
from infrastructure.database import Database

PUT = "INSERT INTO payloads (workspace_id, sha256, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
GET = "SELECT body FROM payloads WHERE workspace_id = %s AND sha256 = %s"


class PostgresPayloads:
    """Payloads of a workspace; the same text twice is stored once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, workspace_id: UUID, text: str, media_type: str = "text/plain") -> PayloadRef:
        body = text.encode()
        digest = hashlib.sha256(body)
        async with self._database.connection() as connection:
            await connection.execute(PUT, (workspace_id, digest.digest(), body))
        return PayloadRef(digest.hexdigest(), len(body), media_type)

    async def get(self, workspace_id: UUID, ref: PayloadRef) -> str:
        async with self._database.connection() as connection:
            cursor = await connection.execute(GET, (workspace_id, bytes.fromhex(ref.sha256)), binary=True)
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("the text behind this reference is not stored")
        body: bytes = row[0]
        if hashlib.sha256(body).hexdigest() != ref.sha256:
            raise NotFound("the stored text does not match its hash; it was altered")
        return body.decode()
