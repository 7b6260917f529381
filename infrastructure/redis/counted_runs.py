"""The runs that count in the lanes of their workflows, until somebody sees that they are over."""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.errors import Unavailable
from infrastructure.redis.queue_scripts import RENEW, SETTLE

RUN_MILLISECONDS = 60_000
"""So long a run is counted without anybody who has looked whether it is over."""

RUNS = "z2:slots:runs"
COUNTED = "z2:slots:counted"


class RedisCountedRuns:
    """In Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._renew = redis.register_script(RENEW)
        self._settle = redis.register_script(SETTLE)

    async def forgotten(self) -> bool:
        """Whether Redis knows of no count at all, as after a loss of all that it had; True once."""
        try:
            return bool(await self._redis.set(COUNTED, 1, nx=True))
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error

    async def all(self) -> dict[UUID, str]:
        """The runs that are counted, each with its lane. Raises Unavailable."""
        try:
            found = await self._redis.hgetall(RUNS)  # type: ignore[misc]  # redis types it for both its clients
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error
        return {UUID(str(run, "utf-8")): str(lane, "utf-8") for run, lane in found.items()}

    async def count(self, runs: Mapping[UUID, str], over: Collection[UUID] = ()) -> None:
        """Count these runs, and no more those that are over. Raises Unavailable."""
        ended = [(lane, str(run)) for run, lane in runs.items() if run in over]
        going = [(lane, str(run), RUN_MILLISECONDS) for run, lane in runs.items() if run not in over]
        try:
            if going:
                await self._renew(args=["", 0, b"[]", msgspec.json.encode(going)])
                known = {str(run): lane for run, lane in runs.items() if run not in over}
                await self._redis.hset(RUNS, mapping=known)  # type: ignore[misc]  # as above
            if ended:
                await self._redis.hdel(RUNS, *(run for _, run in ended))  # type: ignore[misc]  # as above
                await self._settle(args=["", b"[]", b"[]", msgspec.json.encode(ended)])
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error
