"""Answers of models, kept in Redis for as long as somebody wants them to be reused."""

import asyncio
import time

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.models.answers import Same
from application.models.journal import Hit

WAIT_SECONDS = 0.5
QUIET_SECONDS = 5.0
"""How long Redis may take, and how long nothing is looked up after it took longer: a call must not wait for it."""

LARGEST = 1_000_000
"""So many bytes an answer may have to be kept."""

log = structlog.get_logger()


class RedisAnswers:
    """Where Redis is away, models are asked; an entry of another form is none."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._quiet_until = 0.0

    async def find(self, same: Same) -> Hit | None:
        if time.monotonic() < self._quiet_until:
            return None
        found: bytes | None = None
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                found = await self._redis.get(_key(same))
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._away(error)
        try:
            return None if found is None else msgspec.json.decode(found, type=Hit)
        except msgspec.DecodeError:
            return None

    async def keep(self, same: Same, hit: Hit, seconds: int) -> None:
        body = msgspec.json.encode(hit)
        if len(body) > LARGEST or time.monotonic() < self._quiet_until:
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._redis.set(_key(same), body, ex=seconds)
        except (RedisError, OSError) as error:
            self._away(error)

    def _away(self, error: Exception) -> None:
        self._quiet_until = time.monotonic() + QUIET_SECONDS
        log.debug("answers.unavailable", error=type(error).__name__)


def _key(same: Same) -> str:
    return f"z2:answer:{same.workspace_id}:{same.digest}"
