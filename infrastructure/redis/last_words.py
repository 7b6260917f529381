"""What models said last, as far as Redis still has it: it is kept for minutes, so that an answer can be stopped."""

from typing import Any
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from infrastructure.redis.live_line import Said, key

MOST_PIECES = 20_000


class RedisLastWords:
    """Where Redis is away, nobody knows what was said."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def of(self, run_id: UUID, step: str) -> str:
        """The words of the newest answer of a step, whole or as far as it came."""
        try:
            found: list[tuple[bytes, dict[bytes, Any]]] = await self._redis.xrange(key(run_id), count=MOST_PIECES)
        except (RedisError, OSError):
            return ""
        pieces = [msgspec.json.decode(fields[b"said"], type=Said) for _, fields in found]
        return words([piece for piece in pieces if piece.step == step])


def words(pieces: list[Said]) -> str:
    """The newest answer put together; what was said twice stands in it once."""
    newest = max(((piece.attempt, piece.tried) for piece in pieces), default=None)
    said = ""
    for piece in pieces:
        if (piece.attempt, piece.tried) == newest:
            said = said[: piece.offset] + piece.text if piece.offset <= len(said) else f"{said}…{piece.text}"
    return said
