"""Quotas that all replicas share through Redis: each process draws them in portions, so that most requests ask nobody.

The `limits` package was measured and left: it asks Redis at each request, and once more for what its headers need.
"""

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.errors import Unavailable
from domain.kernel import Record

PORTION = 100
"""A portion is at most this part of a quota; so many are lost in a window to a process that ends or idles."""

ANSWER_SECONDS = 1.0
QUIET_SECONDS = 1.0
"""How long Redis may take, and how long it is not asked again after it took longer: requests must not wait for it."""

KEPT = 20_000
"""So many callers a process remembers at the most; whoever comes back after being forgotten draws again."""

DRAW = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local granted = math.max(0, math.min(tonumber(ARGV[3]), tonumber(ARGV[1]) - used))
if granted > 0 then
  redis.call('INCRBY', KEYS[1], granted)
  if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
end
return {granted, math.max(0, tonumber(ARGV[1]) - used - granted), redis.call('PTTL', KEYS[1])}
"""

log = structlog.get_logger()


class Quota(Record):
    """So many requests within so many seconds, counted from the first one."""

    name: str
    amount: int
    seconds: float


class Standing(Record):
    """How a request stands: whether it is within its quota, what is left, and when there is all of it again."""

    quota: Quota
    within: bool
    left: int
    seconds: int


class _Share:
    """What this process has drawn of somebody's quota and not yet given out."""

    __slots__ = ("drawing", "ends", "left", "portion", "stock")

    def __init__(self) -> None:
        self.stock = 0
        self.left = 1
        self.ends = 0.0
        self.portion = 1
        self.drawing = asyncio.Lock()


class RedisQuotas:
    """Never gives out more than a quota; gives out less by what other processes have drawn and do not use.

    A process draws one at first and twice as much each time, up to a hundredth of the quota. Quotas of less than two
    hundred are exact. What Redis forgets begins anew.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        clock: Callable[[], float] = time.monotonic,
        kept: int = KEPT,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._draw_script = redis.register_script(DRAW)
        self._clock = clock
        self._answer_seconds = answer_seconds
        self._kept = kept
        self._shares: OrderedDict[str, _Share] = OrderedDict()
        self._quiet_until = 0.0

    async def take(self, quota: Quota, whose: str) -> Standing:
        """Count one request. Raises Unavailable where Redis is needed and away."""
        key = f"z2:limit:{quota.name}:{whose}"
        share = self._shares.get(key) or self._begin(key)
        while True:
            now = self._clock()
            if share.ends > now:
                if share.stock:
                    share.stock -= 1
                    return Standing(quota, True, share.left + share.stock, math.ceil(share.ends - now))
                if not share.left:
                    return Standing(quota, False, 0, math.ceil(share.ends - now))
            async with share.drawing:
                if share.ends <= self._clock() or (share.left and not share.stock):
                    await self._draw(quota, key, share)

    def _begin(self, key: str) -> _Share:
        if len(self._shares) >= self._kept:
            self._shares.popitem(last=False)
        return self._shares.setdefault(key, _Share())

    async def _draw(self, quota: Quota, key: str, share: _Share) -> None:
        asked = self._clock()
        portion = 1 if share.ends <= asked else min(share.portion * 2, max(1, quota.amount // PORTION))
        arguments = [quota.amount, int(quota.seconds * 1000), portion]
        granted, left, milliseconds = await self._answer(key, arguments)
        # seen from when it was asked: the window ends here no later than it does in Redis
        share.ends = asked + max(milliseconds, 1) / 1000
        share.stock, share.left, share.portion = granted, left, portion

    async def _answer(self, key: str, arguments: list[int]) -> tuple[int, int, int]:
        if self._clock() < self._quiet_until:
            raise Unavailable("Redis cannot be reached just now")
        try:
            async with asyncio.timeout(self._answer_seconds):
                granted, left, milliseconds = await self._draw_script(keys=[key], args=arguments)
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._quiet_until = self._clock() + QUIET_SECONDS
            log.warning("limits.unavailable", error=type(error).__name__)
            raise Unavailable("Redis cannot be reached just now") from error
        return int(granted), int(left), int(milliseconds)


def hidden(secret: bytes, *parts: bytes) -> str:
    """The name under which Redis knows something personal, such as an address: nobody gets it back from there."""
    digest = hashlib.blake2b(key=secret[:64], digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 one, which is one household."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
