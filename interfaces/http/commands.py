"""What routes share: sending a command, idempotency keys, and reading one's own writes."""

import hashlib
from typing import Annotated, Any, TypeAlias
from uuid import UUID, uuid4, uuid5

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from application.access import Actor
from application.errors import Invalid
from application.ports import IdempotencyKey, Outcome
from domain.kernel import Command, Record
from infrastructure import fail_points
from infrastructure.tail import Tail
from interfaces.composition import Core
from interfaces.http.words import LAST_POSITION

MAX_KEY = 200

Signed: TypeAlias = Request[Actor, Any, Any]
"""A request of somebody who is signed in."""

After: TypeAlias = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=LAST_POSITION,
        description="Wait until the read model has seen this position of the log.",
    ),
]

Key: TypeAlias = NamedDependency[IdempotencyKey | None]
"""The caller's name for its command; a second request with it does nothing and gets the first one's answer."""


class Accepted(Record):
    """The command is on the record: what it concerns, and the position to wait for when reading."""

    id: UUID
    position: int

    @classmethod
    def of(cls, outcome: Outcome) -> "Accepted":
        return cls(outcome.stream, outcome.position)


async def idempotency_key(request: Signed, core: NamedDependency[Core]) -> IdempotencyKey | None:
    """The caller's key, with a digest of the whole request from which nobody guesses its parts. Raises Invalid."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key) <= MAX_KEY:
        raise Invalid(f"an Idempotency-Key has 1 to {MAX_KEY} characters", field="Idempotency-Key")
    asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
    digest = await core.vault.index("request", hashlib.sha256(asked).hexdigest())
    return IdempotencyKey(request.user.workspace_id, key, digest)


def new_stream(key: IdempotencyKey | None) -> UUID:
    """The id of what is about to be made: the same one for the same request under the same key."""
    return uuid4() if key is None else uuid5(key.workspace_id, f"key:{key.key}:{key.digest.hex()}")


async def sent(core: Core, stream: UUID, command: Command, actor: Actor, *, key: IdempotencyKey | None) -> Accepted:
    """The command, done. Raises what `execute` raises."""
    outcome = await core.executor.execute(stream, command, actor, correlation_id=stream, key=key)
    fail_points.reached("before_answer")
    return Accepted.of(outcome)


def created(request: Signed, accepted: Accepted) -> Response[Accepted]:
    """The answer that says where the new thing is."""
    return Response(accepted, headers={"Location": f"{request.url.path}/{accepted.id}"})


async def caught_up(tail: Tail, projection: str, after: int | None) -> None:
    """Wait for one's own writes. Raises Behind."""
    if after:
        await tail.wait_for(projection, after)
