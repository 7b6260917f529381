"""What models say while they say it: a short-lived Redis stream per run, and a call to those who watch it."""

import asyncio
import time
from collections.abc import AsyncGenerator
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from infrastructure.redis.live_line import BEGINNING, LiveLine, Said, key

SAY_SECONDS = 0.5
QUIET_SECONDS = 5.0
"""How long a word may take, and how long nothing is said after one that took longer: the work must not wait."""

KEPT_SECONDS = 600
KEPT_ENTRIES = 20_000

log = structlog.get_logger()


class RedisLiveText:
    """Watching is a convenience: where Redis is away, the work goes on unseen and the record is whole."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._quiet_until = 0.0
        self._line: LiveLine | None = None

    async def say(self, run: UUID, step: str, attempt: int, offset: int, text: str, *, tried: int = 0) -> None:
        if time.monotonic() < self._quiet_until:
            return
        piece = msgspec.json.encode(Said(step, attempt, offset, text, tried))
        try:
            async with asyncio.timeout(SAY_SECONDS), self._redis.pipeline(transaction=False) as pipe:
                pipe.xadd(key(run), {"said": piece}, maxlen=KEPT_ENTRIES, approximate=True)
                pipe.expire(key(run), KEPT_SECONDS)
                pipe.publish(key(run), b"")
                await pipe.execute()
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.debug("live_text.unavailable", error=type(error).__name__)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError  # the client of Redis may have lost it, and the model is not to go on

    async def listen(self, run: UUID) -> AsyncGenerator[Said | None, None]:
        """What was said so far and then what is being said; None about each second when nothing is.

        However slowly somebody reads, what waits for it waits in Redis. Raises RedisError where Redis is lost.
        """
        if self._line is None or self._line.lost:
            self._line = LiveLine(self._redis)
        line, seen = self._line, BEGINNING
        async with line.watching(run) as voice:
            while True:
                pieces = [] if voice.has(seen) else await line.past(run, seen)
                if not pieces:
                    await voice.more(seen)
                    pieces = voice.behind(seen) if voice.has(seen) else []
                    if not pieces and voice.last <= seen:
                        yield None
                for seen, said in pieces:  # noqa: B007 - the last one is where it goes on
                    yield said
