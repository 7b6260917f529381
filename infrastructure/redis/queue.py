"""The job queue on arq: jobs are woken by pub/sub instead of polling, and travel as msgpack instead of pickle."""

from typing import Any

import msgspec
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from application.errors import Unavailable
from application.ports import Job

QUEUE = "z2:jobs"
WAKE = "z2:jobs:wake"

ANSWER_SECONDS = 5.0

_encoder = msgspec.msgpack.Encoder(enc_hook=repr)


def serialize(value: dict[str, Any]) -> bytes:
    """A job or its result. What msgpack does not know, such as an exception, goes as its text."""
    return _encoder.encode(value)


def deserialize(value: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.msgpack.decode(value)
    return decoded


async def connect(url: str, *, seconds: int = 10, answer_seconds: float = ANSWER_SECONDS) -> ArqRedis:
    """A pool for arq. Raises Unavailable where Redis does not answer within so many seconds.

    A Redis that takes longer than `answer_seconds` for a command is lost, however silently.
    """
    settings = RedisSettings.from_dsn(url)
    settings.conn_retries = seconds
    settings.conn_retry_delay = 1
    try:
        pool = await create_pool(
            settings, job_serializer=serialize, job_deserializer=deserialize, default_queue_name=QUEUE
        )
    except (RedisError, OSError) as error:
        raise Unavailable("Redis cannot be reached; check REDIS_URL") from error
    # arq has no setting for it; the connection that it has made already is given up for one that knows
    pool.connection_pool.connection_kwargs["socket_timeout"] = answer_seconds
    await pool.connection_pool.disconnect()
    pool.connection_pool.reset()  # type: ignore[no-untyped-call]  # redis tells no type of it
    return pool


class ArqQueue:
    """A job whose id is queued or running already is not queued again."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def enqueue(self, job: Job) -> None:
        try:
            if await self._redis.enqueue_job(job.name, job.arguments, _job_id=job.id, _defer_until=job.due_at):
                await self._redis.publish(WAKE, job.id)
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error
