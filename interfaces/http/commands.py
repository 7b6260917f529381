"""What routes share: the answer to a command, idempotency keys, and reading one's own writes."""

import hashlib
from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5

from litestar import Request
from litestar.params import Parameter

from application.access import Actor
from application.errors import Invalid
from application.ports import IdempotencyKey, Outcome
from domain.kernel import Record
from infrastructure.tail import Tail

MAX_KEY = 200

After = Annotated[
    int | None,
    Parameter(query="after", ge=0, description="Wait until the read model has seen this position of the log."),
]


class Accepted(Record):
    """The command is on the record: what it concerns, and the position to wait for when reading."""

    id: UUID
    position: int

    @classmethod
    def of(cls, outcome: Outcome) -> "Accepted":
        return cls(outcome.stream, outcome.position)


async def idempotency(request: Request[Actor, Any, Any]) -> IdempotencyKey | None:
    """The caller's key, with a digest of the whole request. Raises Invalid."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key) <= MAX_KEY:
        raise Invalid(f"an Idempotency-Key has 1 to {MAX_KEY} characters", field="Idempotency-Key")
    asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return IdempotencyKey(request.user.workspace_id, key, hashlib.sha256(asked).digest())


def new_stream(key: IdempotencyKey | None) -> UUID:
    """The id of what is about to be made: the same one for the same key."""
    return uuid4() if key is None else uuid5(key.workspace_id, f"key:{key.key}")


async def caught_up(tail: Tail, projection: str, after: int | None) -> None:
    """Wait for one's own writes. Raises Behind."""
    if after:
        await tail.wait_for(projection, after)
