"""A sign-on that waits for the provider: sealed, in the browser that began it, for ten minutes and one use."""

import base64
import binascii
import os
from datetime import timedelta
from hashlib import sha256
from typing import Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.kernel import Instant, Record
from infrastructure.identity.oidc_errors import SignOnFailed

LIFETIME = timedelta(minutes=10)
PURPOSE = b"z2 single sign-on pending v1"
NONCE_BYTES = 12
MAX_SEALED = 4_000
"""Browsers keep cookies of up to 4,096 bytes, name and attributes included."""


class Pending(Record):
    """What is remembered of a sign-on between its beginning and its end. `link_to` is who asked to be linked."""

    provider: str
    state: str
    nonce: str
    verifier: str
    return_to: str
    expires_at: Instant
    link_to: UUID | None = None


class Seal:
    """Seals what waits, so that the browser that carries it can neither read nor change it."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is any secret of 32 bytes or more that all replicas share; the key is derived from it."""
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(secret)
        self._cipher = AESGCM(key)

    def close(self, pending: Pending) -> str:
        nonce = os.urandom(NONCE_BYTES)
        box = nonce + self._cipher.encrypt(nonce, msgspec.json.encode(pending), PURPOSE)
        return base64.urlsafe_b64encode(box).rstrip(b"=").decode()

    def open(self, sealed: str, now: Instant) -> Pending:
        """Raises SignOnFailed unless we sealed it, less than ten minutes ago."""
        pending = self._read(sealed)
        if now >= pending.expires_at:
            raise SignOnFailed("pending_expired")
        return pending

    def _read(self, sealed: str) -> Pending:
        try:
            if len(sealed) > MAX_SEALED:
                raise ValueError
            box = base64.b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4), b"-_", validate=True)
            text = self._cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], PURPOSE)
            return msgspec.json.decode(text, type=Pending)
        except (ValueError, binascii.Error, InvalidTag, msgspec.DecodeError):
            raise SignOnFailed("no_pending") from None


class UsedStates(Protocol):
    """Remembers which sign-ons have come to their end."""

    async def use(self, state: str) -> bool:
        """Whether this is the first use. Raises SignOnFailed where that cannot be known."""
        ...


class RedisUsedStates:
    """Used states, for all replicas, for as long as what belongs to them could be opened."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def use(self, state: str) -> bool:
        name = f"z2:sign-on:{sha256(state.encode()).hexdigest()}"
        try:
            return bool(await self._redis.set(name, b"1", nx=True, ex=LIFETIME))
        except (RedisError, OSError):
            raise SignOnFailed("used_states_unknown") from None
