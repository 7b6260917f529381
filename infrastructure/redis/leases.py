"""Leases in Redis: who works on which step; one that is not renewed lapses."""

from collections.abc import Sequence
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.errors import Unavailable

LEASE_SECONDS = 3.0
REMEMBERED_MILLISECONDS = 30 * 24 * 3_600 * 1_000

# A lease that Redis has forgotten is taken anew by its holder, so a restart of Redis takes no work away.
TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class RedisLeases:
    """Leases that lapse so many seconds after they were taken or renewed."""

    def __init__(self, redis: Redis, *, seconds: float = LEASE_SECONDS) -> None:
        self._redis = redis
        self._lifetime = int(seconds * 1000)
        self._take = redis.register_script(TAKE)
        self._give_back = redis.register_script(GIVE_BACK)

    async def take(self, name: str, holder: str) -> bool:
        try:
            return bool(await self._take(keys=[_key(name)], args=[holder, self._lifetime]))
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error

    async def give_back(self, name: str, holder: str) -> None:
        try:
            await self._give_back(keys=[_key(name)], args=[holder])
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error

    async def held(self, names: Sequence[str]) -> frozenset[str]:
        try:
            holders = await self._redis.mget([_key(name) for name in names]) if names else []
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error
        return frozenset(name for name, holder in zip(names, holders, strict=True) if holder is not None)


class RedisRoster:
    """Which life of a worker was the last under its name."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def succeed(self, name: str, life: UUID) -> UUID | None:
        """Enter a life under a name; the one before it, if one is remembered."""
        try:
            before = await self._redis.set(f"z2:worker:{name}", str(life), get=True, px=REMEMBERED_MILLISECONDS)
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error
        return UUID(before.decode() if isinstance(before, bytes) else before) if before else None


def _key(name: str) -> str:
    return f"z2:lease:{name}"
