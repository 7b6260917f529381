"""Device codes (RFC 8628): a client without a browser is let in by somebody who is signed in to one.

What waits is in Redis for ten minutes, under hashes of its codes, and sealed: whoever writes to Redis lets nobody in.
Should Redis lose it, the client asks anew.
"""

import os
import secrets
from collections.abc import Awaitable
from hashlib import sha256
from typing import TypeVar, cast
from uuid import UUID, uuid4

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.errors import NotFound, NotSignedIn, Unavailable
from application.identity import credentials
from application.ports import Clock
from domain.kernel import Instant, Record
from infrastructure.identity.device_refusals import REFUSALS, ExpiredToken
from infrastructure.redis.limits import hidden

LIFETIME_SECONDS = 600
CONFIRMATION_SECONDS = 120
INTERVAL_SECONDS = 5
EARLY_SECONDS = 1
"""Who polls a little before the interval has passed is not told to slow down: clocks and networks are not exact."""

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of RFC 8628, 6.1: none looks like another, and they make no words."""

LENGTH = 8
NONCE_BYTES = 12

POLL = """
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return {'expired', ''} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval = tonumber(redis.call('HGET', KEYS[1], 'interval'))
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
redis.call('HSET', KEYS[1], 'last', now)
if now - last < (interval - tonumber(ARGV[1])) * 1000 then
  redis.call('HINCRBY', KEYS[1], 'interval', 5)
  return {'slow_down', ''}
end
if status ~= 'approved' then return {status, ''} end
local approval = redis.call('HGET', KEYS[1], 'approval')
redis.call('DEL', KEYS[1])
return {'approved', approval}
"""

DECIDE = """
if redis.call('GETDEL', KEYS[1]) ~= ARGV[1] then return 'unconfirmed' end
if redis.call('HGET', KEYS[2], 'status') ~= 'pending' then return 'unknown' end
redis.call('HSET', KEYS[2], 'status', ARGV[2], 'approval', ARGV[3])
redis.call('DEL', KEYS[3])
return 'done'
"""

Shape = TypeVar("Shape")


class Codes(Record):
    """What a client gets: one code for itself, and a short one for a person to type."""

    device_code: str
    user_code: str

    def __repr__(self) -> str:
        return "Codes(...)"


class Waiting(Record):
    """What asks to be let in. `client` is what it says of itself, which may be a lie."""

    client: str
    address: str
    asked_at: Instant


class Approval(Record):
    """Who lets it in, where, and with which generation of their sign-ins."""

    user_id: UUID
    home: UUID
    generation: int
    workspace_id: UUID


class DeviceCodes:
    """Every code works once."""

    def __init__(self, redis: Redis, secret: bytes, clock: Clock) -> None:
        """`secret` is one of 32 bytes that all replicas share."""
        self._redis = redis
        self._secret = secret
        self._cipher = AESGCM(secret)
        self._clock = clock
        self._poll = redis.register_script(POLL)
        self._decide = redis.register_script(DECIDE)

    async def ask(self, client: str, address: str) -> Codes:
        """New codes for a client. Raises Unavailable."""
        device = credentials.made("z2d", uuid4())
        user_code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        key = f"z2:device:{device.digest}"
        waiting = self._seal(key, Waiting(client, address, self._clock()))
        fields: dict[str, bytes | str | int] = {"status": "pending", "waiting": waiting, "interval": INTERVAL_SECONDS}
        try:
            async with self._redis.pipeline(transaction=True) as commands:
                commands.hset(key, mapping=fields)
                commands.expire(key, LIFETIME_SECONDS)
                commands.set(self._name(user_code), key, ex=LIFETIME_SECONDS)
                await commands.execute()
        except (RedisError, OSError):
            raise Unavailable from None
        return Codes(device.text, f"{user_code[:4]}-{user_code[4:]}")

    async def waiting(self, user_code: str, user_id: UUID) -> tuple[Waiting, str]:
        """What asks under this code, and what the user confirms with to have seen it. Raises NotFound."""
        code = normalised(user_code)
        key = await self._key(code)
        confirmation = secrets.token_urlsafe(32)
        try:
            # the client has one type for loops and for threads
            status, box = await cast(Awaitable[list[bytes | None]], self._redis.hmget(key, ["status", "waiting"]))
            if status != b"pending" or box is None:
                raise NotFound
            await self._redis.set(self._confirming(code, user_id), _digest(confirmation), ex=CONFIRMATION_SECONDS)
        except (RedisError, OSError):
            raise Unavailable from None
        return self._open(key, box, Waiting), confirmation

    async def exists(self, user_code: str) -> None:
        """Raises NotFound where nothing asks under this code."""
        await self._key(normalised(user_code))

    async def decide(self, user_code: str, confirmation: str, approval: Approval, *, approve: bool) -> None:
        """Let it in, or not. Raises NotFound, also where the confirmation is not the last one of this user."""
        code = normalised(user_code)
        key = await self._key(code)
        keys = [self._confirming(code, approval.user_id), key, self._name(code)]
        given = [_digest(confirmation), "approved" if approve else "denied", self._seal(key, approval)]
        try:
            done = await self._decide(keys=keys, args=given)
        except (RedisError, OSError):
            raise Unavailable from None
        if done != b"done":
            raise NotFound("this code was not confirmed, or is over; read what asks once more")

    async def poll(self, device_code: str) -> Approval:
        """Who has let the client in; once. Raises what RFC 8628 names."""
        try:
            presented = credentials.presented("z2d", device_code)
        except NotSignedIn:
            raise ExpiredToken from None
        key = f"z2:device:{presented.digest}"
        try:
            status, box = await self._poll(keys=[key], args=[EARLY_SECONDS])
        except (RedisError, OSError):
            raise Unavailable from None
        if refusal := REFUSALS.get(status.decode()):
            raise refusal
        return self._open(key, box, Approval)

    async def _key(self, code: str) -> str:
        """Where what asks under the code of a person is kept. Raises NotFound."""
        try:
            key = await self._redis.get(self._name(code))
        except (RedisError, OSError):
            raise Unavailable from None
        if key is None:
            raise NotFound
        return str(key.decode())

    def _name(self, code: str) -> str:
        return f"z2:device-user:{hidden(self._secret, b'user code', code.encode())}"

    def _confirming(self, code: str, user_id: UUID) -> str:
        return f"z2:device-confirm:{hidden(self._secret, b'user code', code.encode())}:{user_id.hex}"

    def _seal(self, key: str, value: Record) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, msgspec.json.encode(value), _purpose(key, type(value)))

    def _open(self, key: str, box: bytes, shape: type[Shape]) -> Shape:
        try:
            text = self._cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _purpose(key, shape))
        except (InvalidTag, ValueError):
            raise ExpiredToken from None
        return msgspec.json.decode(text, type=shape)


def normalised(user_code: str) -> str:
    """The letters of a code, however it was typed. Raises NotFound for what cannot be one."""
    code = "".join(letter for letter in user_code.upper() if letter not in "- ")
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        raise NotFound
    return code


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _purpose(key: str, shape: type) -> bytes:
    return f"{key} {shape.__name__}".encode()
