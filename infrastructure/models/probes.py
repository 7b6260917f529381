"""Probes: providers are asked for their models now and then, so that a refused key is known before it is needed.

That costs nothing with most of them, but not with all; so nobody is asked unless the settings say how often.
"""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.models.failure import ModelError
from application.models.health import Account, Health, Outcome
from application.models.port import Provider

NOBODYS = Account(UUID(int=0))
"""The providers of the settings are no workspace's own."""

log = structlog.get_logger()


class Probes:
    """Of all processes that run this, one asks each provider in an interval. What it finds is noted under its name."""

    def __init__(self, redis: Redis, health: Health, providers: Sequence[Provider], *, seconds: float) -> None:
        self._redis = redis
        self._health = health
        self._providers = providers
        self._seconds = seconds

    async def run(self) -> None:
        """For ever; nothing, where no interval is set."""
        if not self._seconds:
            return
        while True:
            await self.once()
            await asyncio.sleep(self._seconds)

    async def once(self) -> None:
        """Ask those that nobody else has asked in this interval."""
        for provider in self._providers:
            if provider.unavailable() is None and await self._is_ours(provider.name):
                await self._ask(provider)

    async def _is_ours(self, name: str) -> bool:
        # a little less than the interval, or else every second turn would come too early
        milliseconds = max(1, int(self._seconds * 900))
        try:
            return bool(await self._redis.set(f"z2:health:probed:{name}", 1, nx=True, px=milliseconds))
        except (RedisError, OSError):
            return False

    async def _ask(self, provider: Provider) -> None:
        begun = time.monotonic()
        try:
            await provider.discover()
        except ModelError as error:
            log.warning("models.probe_failed", provider=provider.name, code=error.code)
            self._health.noted(NOBODYS, provider.name, Outcome(error.code))
        else:
            self._health.noted(NOBODYS, provider.name, Outcome(None, time.monotonic() - begun))
