"""Is the process alive, and can it do its work?"""

import asyncio
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from redis.exceptions import RedisError

from application.errors import Unavailable
from domain.kernel import Record
from interfaces.composition import PROJECTIONS, Core

CHECK_SECONDS = 2.0


class Progress(Record):
    """How far a read model has come, and how many events it is behind."""

    position: int
    lag: int


class Checks(Record):
    """The parts, one by one."""

    postgres: Literal["ok", "unreachable"]
    redis: Literal["ok", "unreachable"]
    projections: dict[str, Progress]


class Health(Record):
    """`ok` when the parts that the API needs answer."""

    status: Literal["ok", "degraded"]
    checks: Checks


class Alive(Record):
    """The process answers."""

    status: Literal["ok"] = "ok"


@get(
    "/health/live",
    tags=["health"],
    operation_id="readLiveness",
    summary="The process runs",
    opt={"public": True},
)
async def live() -> Alive:
    return Alive()


@get(
    "/health/ready",
    tags=["health"],
    operation_id="readReadiness",
    summary="The process can do its work",
    opt={"public": True},
    responses={503: ResponseSpec(Health, description="A part that the API needs does not answer.")},
)
async def ready(core: NamedDependency[Core]) -> Response[Health]:
    head, redis = await asyncio.gather(_head(core), _redis(core))
    projected = core.tail.projected
    progress = {
        name: Progress(projected.get(name, 0), max(0, (head or 0) - projected.get(name, 0))) for name in PROJECTIONS
    }
    fine = head is not None and redis
    checks = Checks("unreachable" if head is None else "ok", "ok" if redis else "unreachable", progress)
    return Response(Health("ok" if fine else "degraded", checks), status_code=200 if fine else 503)


async def _head(core: Core) -> int | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await core.store.head()
    except (Unavailable, TimeoutError):
        return None


async def _redis(core: Core) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return bool(await core.redis.ping())
    except (RedisError, OSError, TimeoutError):
        return False
