"""Vaults as processes have them, under keys that a test decides on."""

from infrastructure.database import Database
from infrastructure.identity import envelope
from infrastructure.identity.encryption_keys import EncryptionKeys
from infrastructure.identity.key_cache import KeyCache
from infrastructure.identity.vault import PostgresVault

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))


def vault(database: Database, *keys: bytes, cache: KeyCache | None = None) -> PostgresVault:
    """The vault of one process; the first key wraps."""
    return PostgresVault(database, EncryptionKeys(keys or (FIRST,)), cache)


def flipped(box: bytes, place: int, mask: int = 1) -> bytes:
    """The box with one byte changed."""
    return box[:place] + bytes([box[place] ^ mask]) + box[place + 1 :]


def box_of(text: str) -> bytes:
    return envelope.from_text(text)
