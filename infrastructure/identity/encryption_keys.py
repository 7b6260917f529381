"""Key-encryption keys: they wrap the keys of subjects, and are themselves in no database."""

import base64
import binascii
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.errors import Invalid, Unavailable
from domain.kernel import Record
from infrastructure.identity import envelope, kept_keys

SETTING = "Z2_ENCRYPTION_KEYS"
FILE = "encryption.key"

Source: TypeAlias = Callable[[], Sequence[bytes]]
"""The keys, the first one first."""


class KeyMissing(Unavailable):
    """An encryption key that is in use is not among those of Z2_ENCRYPTION_KEYS."""


class Wrapped(Record):
    """A subject's key under the key-encryption key of this name."""

    box: bytes
    kek: str


class EncryptionKeys:
    """The first key wraps, every key unwraps."""

    def __init__(self, keys: Sequence[bytes], later: Source | None = None) -> None:
        """`later` tells the keys as they are by then; they stay as they are where it raises OSError or Invalid."""
        self._later = later
        self._take(keys)

    @property
    def first(self) -> str:
        """The name of the key that wraps, as of now."""
        self._refresh()
        return self._first

    @property
    def names(self) -> list[str]:
        self._refresh()
        return list(self._ciphers)

    def wrap(self, subject: UUID, key: bytes) -> Wrapped:
        first = self.first
        return Wrapped(envelope.lock(self._ciphers[first], key, _bound_to(subject)), first)

    def unwrap(self, subject: UUID, wrapped: Wrapped) -> bytes:
        """The key. Raises Altered, and KeyMissing."""
        if wrapped.kek not in self._ciphers:
            self._refresh()
        cipher = self._ciphers.get(wrapped.kek)
        if cipher is None:
            raise KeyMissing(f"the encryption key {wrapped.kek} is in use and not among those of {SETTING}")
        return envelope.unlock(cipher, wrapped.box, _bound_to(subject))

    def _refresh(self) -> None:
        """Another process may have put a new key into the file; that somebody took the file away takes no key."""
        if self._later is not None:
            with contextlib.suppress(OSError, Invalid):
                self._take(self._later())

    def _take(self, keys: Sequence[bytes]) -> None:
        self._first = name_of(keys[0])
        self._ciphers = {name_of(key): AESGCM(key) for key in keys}


def name_of(key: bytes) -> str:
    """What a key is called where it may not be told."""
    return hashlib.sha256(b"z2 encryption key" + key).hexdigest()[:12]


def encryption_keys(text: str, folder: Path) -> EncryptionKeys:
    """The keys of the setting, or those of the folder, of which the first is made at its first use. Raises Invalid."""
    if text:
        return EncryptionKeys(_parsed(text.split(","), SETTING))
    path = folder / FILE
    first = _parsed(kept_keys.kept(path, _line).decode(errors="replace").split(), str(path))
    return EncryptionKeys(first, lambda: _parsed(path.read_text(errors="replace").split(), str(path)))


def add_first(folder: Path) -> None:
    """Make a key in the folder's file that wraps from now on. Only one process may do so at a time."""
    path = folder / FILE
    kept_keys.put(path, _line() + kept_keys.kept(path, _line))


def _bound_to(subject: UUID) -> bytes:
    return envelope.purpose("key", subject.bytes)


def _line() -> bytes:
    return base64.b64encode(envelope.new_key()) + b"\n"


def _parsed(parts: Sequence[str], origin: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(part.strip(), validate=True) for part in parts]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or any(len(key) != envelope.KEY_BYTES for key in keys):
        raise Invalid(
            f"{origin} must hold keys of 32 bytes in base64; make one with: openssl rand -base64 32", field=SETTING
        )
    return keys
