"""The job queue: a line for each workspace in Redis, and a word to the workers that a job is there."""

from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError

from application.errors import Unavailable
from application.ports import Job
from infrastructure.redis.queue_scripts import ENQUEUE
from infrastructure.redis.slot_scripts import LENGTHS

QUEUE = "z2:jobs"
WAKE = "z2:jobs:wake"

ANSWER_SECONDS = 5.0
CONNECT_SECONDS = 1.0

PRIORITY_MILLISECONDS = 60_000
"""A job goes before those that wait so much longer for each point of priority that it is above them."""

_encoder = msgspec.msgpack.Encoder(enc_hook=repr)


class Body(msgspec.Struct, frozen=True):
    """A job as it stands in Redis; `due_ms` is None where it was due at once."""

    name: str
    arguments: dict[str, Any]
    due_ms: int | None = None


def serialize(body: Body) -> bytes:
    """What msgpack does not know goes as its text."""
    return _encoder.encode(body)


deserialize = msgspec.msgpack.Decoder(Body).decode


async def connect(url: str, *, seconds: int = 10, answer_seconds: float = ANSWER_SECONDS) -> Redis:
    """A client for the queue. Raises Unavailable where Redis does not answer within so many seconds.

    A Redis that takes longer than `answer_seconds` for a command is lost, however silently.
    """
    waiting = Retry(ConstantBackoff(CONNECT_SECONDS), seconds)
    first = Redis.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, retry=waiting, retry_on_error=[RedisError, OSError]
    )
    try:
        await first.ping()
    except (RedisError, OSError) as error:
        raise Unavailable("Redis cannot be reached; check REDIS_URL") from error
    finally:
        await first.aclose()
    connected: Redis = Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=answer_seconds)
    return connected


async def lengths(redis: Redis) -> dict[str, int]:
    """How many jobs wait for what: a `worker` and their turn, a `moment`, or room in a lane of a kind."""
    found = await redis.register_script(LENGTHS)()
    return msgspec.json.decode(found, type=dict[str, int])


class RedisQueue:
    """A job whose id is queued or running already is not queued again."""

    def __init__(self, redis: Redis) -> None:
        self._enqueue = redis.register_script(ENQUEUE)

    async def enqueue(self, *jobs: Job) -> None:
        if not jobs:
            return
        try:
            await self._enqueue(args=[value for job in jobs for value in _told(job)])
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error


def _told(job: Job) -> tuple[str, bytes, str, int, int | str]:
    """As the script reads it."""
    due_ms = None if job.due_at is None else int(job.due_at.timestamp() * 1000)
    group = "" if job.workspace_id is None else job.workspace_id.hex
    body = serialize(Body(job.name, job.arguments, due_ms))
    return job.id, body, group, job.priority * PRIORITY_MILLISECONDS, "" if due_ms is None else due_ms
