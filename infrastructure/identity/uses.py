"""When and from where credentials were used; an address is kept as its blind index alone."""

from datetime import timedelta
from uuid import UUID

from application.ports import Vault
from domain.kernel import Instant
from infrastructure.database import Database
from infrastructure.redis.limits import neighbourhood

NOTE = """
INSERT INTO credential_uses AS used (credential) VALUES (%(credential)s)
ON CONFLICT (credential) DO UPDATE SET last_at = now()
WHERE %(idle)s::interval IS NULL OR used.last_at > now() - %(idle)s::interval
RETURNING 1
"""

FROM = "INSERT INTO credential_addresses (credential, address) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING 1"

LAST = "SELECT credential, last_at FROM credential_uses WHERE credential = ANY(%s)"


class PostgresUses:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def note(self, credential: UUID, address: str, idle: timedelta | None) -> bool:
        async with self._database.connection() as connection:
            noted = await connection.execute(NOTE, {"credential": credential, "idle": idle})
            return await noted.fetchone() is not None

    async def is_new(self, credential: UUID, address: str) -> bool:
        """Whether the credential was never used from this address or, of IPv6, its network; from now on it was."""
        index = await self._vault.index("address", neighbourhood(address))
        async with self._database.connection() as connection:
            return await (await connection.execute(FROM, (credential, index))).fetchone() is not None

    async def last(self, *credentials: UUID) -> dict[UUID, Instant]:
        async with self._database.connection() as connection:
            return dict(await (await connection.execute(LAST, (list(credentials),))).fetchall())
