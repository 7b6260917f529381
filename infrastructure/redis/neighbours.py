"""The latest questions that differ in nothing but their end: as vectors, without a word of them, in Redis."""

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.models.answers import Same
from application.models.similar import Neighbour, Vector

WAIT_SECONDS = 0.5
QUIET_SECONDS = 5.0
"""How long Redis may take, and how long nothing is looked up after it took longer: a call must not wait for it."""

MOST = 256
"""So many questions are kept beside each other, the latest ones."""

LARGEST = 1_000_000
"""So many bytes they may have together, which makes fewer of them where vectors are long."""

DIGEST = 32

Result = TypeVar("Result")

log = structlog.get_logger()


class RedisNeighbours:
    """Each entry is the digest under which an answer is kept and the vector of its question, in 32 bits a number.

    The answers are kept elsewhere: an entry whose answer is gone leads nowhere.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._quiet_until = 0.0

    async def near(self, kin: Same, vector: Vector, least: float) -> Sequence[Neighbour]:
        async def get() -> list[bytes]:
            found: Any = self._redis.lrange(_key(kin), 0, -1)  # its types allow for a client that does not wait
            entries: list[bytes] = await found
            return entries

        return _nearest(await self._in_time(get, []), vector, least)

    async def keep(self, kin: Same, vector: Vector, digest: str, seconds: int) -> None:
        entry = bytes.fromhex(digest) + struct.pack(f"<{len(vector)}f", *vector)
        most = min(MOST, LARGEST // len(entry))
        if not most:
            return
        key = _key(kin)

        async def put() -> None:
            async with self._redis.pipeline() as pipe:
                # the newest is the first, and a question that is answered again takes no second place
                pipe.execute_command("LREM", key, 0, entry)
                pipe.lpush(key, entry)
                pipe.ltrim(key, 0, most - 1)
                # what others keep for longer stays as long
                pipe.expire(key, seconds, nx=True)
                pipe.expire(key, seconds, gt=True)
                await pipe.execute()

        await self._in_time(put, None)

    async def _in_time(self, work: Callable[[], Awaitable[Result]], otherwise: Result) -> Result:
        if time.monotonic() < self._quiet_until:
            return otherwise
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await work()
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.debug("neighbours.unavailable", error=type(error).__name__)
            return otherwise


def _nearest(entries: Sequence[bytes], vector: Vector, least: float) -> list[Neighbour]:
    """The questions that are at least so much alike, each once, the nearest first and of equals the latest."""
    length = DIGEST + 4 * len(vector)
    fitting = [entry for entry in entries if len(entry) == length]
    if not fitting:
        return []
    rows = np.frombuffer(b"".join(entry[DIGEST:] for entry in fitting), dtype="<f4").reshape(len(fitting), -1)
    cosines = np.round((rows @ np.asarray(vector, dtype=np.float32)).clip(max=1.0).astype(np.float64), 6)
    best: dict[str, float] = {}
    for each in np.argsort(-cosines, kind="stable"):
        if cosines[each] >= least:
            best.setdefault(fitting[each][:DIGEST].hex(), float(cosines[each]))
    return [Neighbour(digest, similarity) for digest, similarity in best.items()]


def _key(kin: Same) -> str:
    return f"z2:alike:{kin.workspace_id}:{kin.digest}"
