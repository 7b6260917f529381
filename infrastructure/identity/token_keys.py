"""The keys that access tokens are signed with: the first signs, all of them verify."""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from application.errors import Invalid
from domain.kernel import Record
from infrastructure.identity import kept_keys

SETTING = "Z2_TOKEN_KEYS"
FILE = "token.key"

LONGEST_LIFE = timedelta(days=1)
"""No token lives longer, so a key that signed none for so long is needed by nobody."""

BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----\n?", re.DOTALL)

Source: TypeAlias = Callable[[], Sequence[Ed25519PrivateKey] | None]
"""The keys where they are others than before, the first one first; None where they are the same."""


class Jwk(Record, kw_only=True):
    """A public key (RFC 8037), named by its thumbprint (RFC 7638)."""

    kid: str
    x: str
    kty: str = "OKP"
    crv: str = "Ed25519"
    alg: str = "EdDSA"
    use: str = "sig"


class Jwks(Record):
    """The keys that verify tokens (RFC 7517), the one that signs first."""

    keys: list[Jwk]


class TokenKeys:
    """The first key signs, every key verifies."""

    def __init__(self, keys: Sequence[Ed25519PrivateKey], later: Source | None = None) -> None:
        """`later` tells the keys as they are by then; they stay as they are where it raises OSError or Invalid."""
        self._later = later
        self._take(keys)

    @property
    def names(self) -> list[str]:
        self._refresh()
        return list(self._public)

    def signing(self) -> tuple[str, Ed25519PrivateKey]:
        """The key that signs as of now, with its name."""
        self._refresh()
        return self._first, self._private

    def verifying(self, name: str) -> Ed25519PublicKey | None:
        """The key of this name. One that is not known may be another process's that is newer than ours."""
        if name not in self._public:
            self._refresh()
        return self._public.get(name)

    def published(self) -> Jwks:
        """What everybody may know."""
        return Jwks([Jwk(kid=name, x=_x(self._public[name])) for name in self.names])

    def _refresh(self) -> None:
        """Somebody may have put a new key into the file; that somebody took the file away takes no key."""
        if self._later is None:
            return
        try:
            keys = self._later()
        except (OSError, Invalid):
            return
        if keys:
            self._take(keys)

    def _take(self, keys: Sequence[Ed25519PrivateKey]) -> None:
        self._public = {thumbprint(key.public_key()): key.public_key() for key in keys}
        self._private, self._first = keys[0], next(iter(self._public))


def token_keys(text: str, folder: Path) -> TokenKeys:
    """The keys of the setting, or those of the folder, of which the first is made at its first use. Raises Invalid."""
    if text:
        return TokenKeys(_parsed(text.encode(), SETTING))
    path = folder / FILE
    kept_keys.kept(path, _made)
    file = _File(path)
    return TokenKeys(file.keys() or (), file.keys)


def rotate(folder: Path) -> list[str]:
    """Make a key in the folder's file that signs from now on; the names of all that verify. Raises Invalid.

    The keys before it stay until no token of theirs can live. Only one process may do so at a time.
    """
    path = folder / FILE
    earlier = [each + b"\n" for each in map(bytes.strip, BLOCK.findall(kept_keys.kept(path, _made)))]
    if time.time() - path.stat().st_mtime > LONGEST_LIFE.total_seconds():
        earlier = earlier[:1]
    content = _made() + b"".join(earlier)
    _parsed(content, str(path))
    kept_keys.put(path, content)
    return token_keys("", folder).names


def thumbprint(key: Ed25519PublicKey) -> str:
    """RFC 7638, with the members that RFC 8037 names for this kind of key."""
    canonical = msgspec.json.encode({"crv": "Ed25519", "kty": "OKP", "x": _x(key)})
    return _base64url(hashlib.sha256(canonical).digest())


class _File:
    """The keys in a file, read when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None

    def keys(self) -> list[Ed25519PrivateKey] | None:
        stat = self._path.stat()
        if (stat.st_mtime_ns, stat.st_ino) == self._seen:
            return None
        found = _parsed(self._path.read_bytes(), str(self._path))
        self._seen = (stat.st_mtime_ns, stat.st_ino)
        return found


def _parsed(content: bytes, origin: str) -> list[Ed25519PrivateKey]:
    try:
        keys = [serialization.load_pem_private_key(each, password=None) for each in BLOCK.findall(content)]
    except (ValueError, TypeError):  # TypeError: it is encrypted
        keys = []
    if not keys or BLOCK.sub(b"", content).strip():
        raise Invalid(f"{origin} must hold private keys in PEM form and nothing else", field=SETTING)
    found = [key for key in keys if isinstance(key, Ed25519PrivateKey)]
    if len(found) != len(keys):
        raise Invalid(
            f"{origin} must hold Ed25519 keys; make one with: openssl genpkey -algorithm ed25519", field=SETTING
        )
    return found


def _made() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _x(key: Ed25519PublicKey) -> str:
    return _base64url(key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
