"""What models say while they say it: a short-lived Redis stream per run, read by whoever watches."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.kernel import Record

SAY_SECONDS = 0.5
QUIET_SECONDS = 5.0
"""How long a word may take, and how long nothing is said after one that took longer: the work must not wait."""

KEPT_SECONDS = 600
KEPT_ENTRIES = 20_000
BLOCK_MS = 1_000

log = structlog.get_logger()


class Said(Record):
    """A piece of text; `offset` counts the characters of the attempt before it."""

    step: str
    attempt: int
    offset: int
    text: str


class RedisLiveText:
    """Watching is a convenience: where Redis is away, the work goes on unseen and the record is whole."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._quiet_until = 0.0

    async def say(self, run: UUID, step: str, attempt: int, offset: int, text: str) -> None:
        if time.monotonic() < self._quiet_until:
            return
        piece = msgspec.json.encode(Said(step, attempt, offset, text))
        try:
            async with asyncio.timeout(SAY_SECONDS), self._redis.pipeline(transaction=False) as pipe:
                pipe.xadd(_key(run), {"said": piece}, maxlen=KEPT_ENTRIES, approximate=True)
                pipe.expire(_key(run), KEPT_SECONDS)
                await pipe.execute()
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.debug("live_text.unavailable", error=type(error).__name__)

    async def listen(self, run: UUID) -> AsyncIterator[Said | None]:
        """What was said so far and then what is being said; None about each second when nothing is."""
        last: bytes | str = "0"
        while True:
            read = await self._redis.xread({_key(run): last}, block=BLOCK_MS, count=500)
            for _, entries in read:
                for entry, fields in entries:
                    last = entry
                    yield msgspec.json.decode(fields[b"said"], type=Said)
            if not read:
                yield None


def _key(run: UUID) -> str:
    return f"z2:live:{run}"
