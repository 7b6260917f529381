"""Another encryption key takes over, while Z2 is used."""

from domain.kernel import Record
from infrastructure.database import Database
from infrastructure.identity import encryption_keys
from infrastructure.identity.vault import PostgresVault
from infrastructure.settings import Settings

LOCK = "SELECT pg_advisory_xact_lock(8243500162027)"
"""Two who put a key into one file at the same time would lose one of them."""


class EncryptionKey(Record):
    """An encryption key by its name. `first` wraps new keys, `given` is known to us, `wraps` counts keys under it."""

    name: str
    first: bool
    given: bool
    wraps: int


async def status(settings: Settings, database: Database) -> list[EncryptionKey]:
    """The keys that are given and those that are in use, the first one first. Raises Invalid."""
    keys = encryption_keys.encryption_keys(settings.encryption_keys, settings.data)
    counts = await PostgresVault(database, keys).counts()
    return [EncryptionKey(name, name == keys.first, name in keys.names, count) for name, count in counts.items()]


async def rotate(settings: Settings, database: Database) -> int:
    """Wrap every key under the first of the setting, or under a new one in the file; how many. Raises Invalid."""
    async with database.transaction(patient=True) as connection:
        await connection.execute(LOCK)
        keys = encryption_keys.encryption_keys(settings.encryption_keys, settings.data)
        vault = PostgresVault(database, keys)
        await vault.prepare()
        if not settings.encryption_keys:
            encryption_keys.add_first(settings.data)
        return await vault.rewrap()
