"""Guessing passwords is slowed down, in such a way that nobody can lock another person out for good.

Every attempt counts as a failure until it has succeeded, so a thousand at once are no way around. Failures are counted

- from a device that is not known: for the account and the address together, which is then told to wait for up to
  fifteen minutes; and for the account from all such devices together, which wait for up to a minute;
- from a known device, one that has signed in to this account before and shows the cookie that it was given for that:
  for this device alone. Whatever others do, it is served.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Callable

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from application.errors import Unavailable
from domain.kernel import Record
from infrastructure.redis.limits import hidden, neighbourhood

DEVICE_SECONDS = 400 * 24 * 3600
"""How long a device stays known after its last sign-in; browsers keep no cookie for longer."""

KEPT_SECONDS = 3600
"""Failures are forgotten an hour after the last one."""

ANSWER_SECONDS = 2.0
NONCE, STAMP, TAG = 16, 8, 32

# Each bucket is `n` failures and `until`, before when (ms) nobody may try again. Keys and (free, longest) go in pairs.
CLOCK = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

DELAY = """
local function delay(n, free, longest)
  if n <= free then return 0 end
  return math.min(longest, 2 ^ math.min(n - free - 1, 30)) * 1000
end
"""

BEFORE = f"""
{CLOCK}{DELAY}
local wait = 0
for i = 1, #KEYS do
  wait = math.max(wait, tonumber(redis.call('HGET', KEYS[i], 'until') or '0') - now)
end
if wait > 0 then return wait end
for i = 1, #KEYS do
  local n = redis.call('HINCRBY', KEYS[i], 'n', 1)
  redis.call('HSET', KEYS[i], 'until', now + delay(n, tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])))
  redis.call('EXPIRE', KEYS[i], ARGV[1])
end
return 0
"""

FAILED = f"""
{CLOCK}{DELAY}
for i = 1, #KEYS do
  local n = tonumber(redis.call('HGET', KEYS[i], 'n') or '1')
  local ends = now + delay(n, tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1]))
  redis.call('HSET', KEYS[i], 'n', n, 'until', ends)
  redis.call('EXPIRE', KEYS[i], ARGV[1])
end
return 0
"""

SUCCEEDED = """
redis.call('DEL', KEYS[1])
if KEYS[2] then
  redis.call('HSET', KEYS[2], 'until', 0)
  if redis.call('HINCRBY', KEYS[2], 'n', -1) < 1 then redis.call('DEL', KEYS[2]) end
end
return 0
"""


class Wait(Record):
    """The attempt is not to be made: so many whole seconds have to pass first."""

    seconds: int


class Delays(Record):
    """So many failures are free; after each further one the delay doubles from one second to the longest."""

    free: int
    longest: int


OWN = Delays(free=5, longest=900)
"""Of one known device, or of one address at one account."""

ALL = Delays(free=20, longest=60)
"""Of all devices together that an account does not know."""


class SignInLimits:
    """Asked around each check of a password (or of any other secret that people can guess).

    ```
    index = await vault.index("sign_in", data.name)
    wait = await limits.before(index, address, device)      # device: the bytes of the device cookie, or None
    if wait:
        raise RateLimited("...", seconds=wait.seconds)      # the password is not even looked at
    ...check the password...
    await limits.failed(index, address, device)             # wrong; or
    cookie = await limits.succeeded(index, address, device) # right: set this device cookie
    ```

    `index` names the account, whether it exists or not, and is taken from what was typed, so that an unknown account is
    delayed as a known one is. `address` is the client's. The device cookie is ASCII, long-lived (`DEVICE_SECONDS`),
    HttpOnly, Secure, SameSite=Lax and `__Host-`; it lets nobody in and is bound to one account. Whoever neither fails
    nor succeeds, because the process ends, has failed. All three raise Unavailable where Redis is away: then nobody can
    sign in with a password, but whoever is signed in stays so.

    What this does not do: while a botnet of many addresses keeps trying, a person on a device that is not known has to
    win a try against it (there is one a minute at the least); the one-time link for a new password, which ends in
    `succeeded` as well, is the way around that.
    """

    def __init__(self, redis: Redis, secret: bytes, *, clock: Callable[[], float] = time.time) -> None:
        """`secret` is the installation's, at least 32 bytes; it signs device cookies and hides names in Redis."""
        self._naming = hmac.digest(secret, b"z2 sign-in limits: names", "sha256")
        self._signing = hmac.digest(secret, b"z2 sign-in limits: devices", "sha256")
        self._clock = clock
        self._before = redis.register_script(BEFORE)
        self._failed = redis.register_script(FAILED)
        self._succeeded = redis.register_script(SUCCEEDED)

    async def before(self, index: bytes, address: str, device: bytes | None) -> Wait | None:
        """None where the attempt may be made now, which counts it. Raises Unavailable."""
        milliseconds = await self._ask(self._before, self._buckets(index, address, device))
        return Wait(math.ceil(milliseconds / 1000)) if milliseconds else None

    async def failed(self, index: bytes, address: str, device: bytes | None) -> None:
        """The delay begins now, not when the attempt did. Raises Unavailable."""
        await self._ask(self._failed, self._buckets(index, address, device))

    async def succeeded(self, index: bytes, address: str, device: bytes | None) -> bytes:
        """A cookie by which this device is known from now on. The attempt was no failure. Raises Unavailable."""
        await self._ask(self._succeeded, self._buckets(index, address, device))
        signed = secrets.token_bytes(NONCE) + int(self._clock()).to_bytes(STAMP, "big")
        return base64.urlsafe_b64encode(signed + self._tag(index, signed))

    def _buckets(self, index: bytes, address: str, device: bytes | None) -> dict[str, Delays]:
        nonce = self._nonce(index, device)
        if nonce is not None:
            return {self._key("device", index, nonce): OWN}
        near = neighbourhood(address).encode()
        return {self._key("address", index, near): OWN, self._key("account", index): ALL}

    def _key(self, kind: str, *parts: bytes) -> str:
        return f"z2:sign_in:{kind}:{hidden(self._naming, *parts)}"

    def _nonce(self, index: bytes, device: bytes | None) -> bytes | None:
        try:
            whole = base64.b64decode(device or b"", altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        signed, tag = whole[: NONCE + STAMP], whole[NONCE + STAMP :]
        if not hmac.compare_digest(tag, self._tag(index, signed)):
            return None
        made = int.from_bytes(signed[NONCE:], "big")
        return signed[:NONCE] if self._clock() < made + DEVICE_SECONDS else None

    def _tag(self, index: bytes, signed: bytes) -> bytes:
        return hmac.digest(self._signing, hashlib.sha256(index).digest() + signed, "sha256")

    async def _ask(self, script: AsyncScript, buckets: dict[str, Delays]) -> int:
        numbers = [number for each in buckets.values() for number in (each.free, each.longest)]
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return int(await script(keys=[*buckets], args=[KEPT_SECONDS, *numbers]))
        except (RedisError, OSError) as error:  # a time-out is an OSError
            raise Unavailable("nobody can sign in just now: Redis cannot be reached") from error
