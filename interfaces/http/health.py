"""Is the process alive, and can it do its work?"""

import asyncio
from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from redis.exceptions import RedisError

from application.errors import Unavailable
from domain.kernel import Record
from interfaces.composition import Core
from interfaces.http import projections
from projections.positions import Progress

CHECK_SECONDS = 2.0


class Checks(Record):
    """The parts, one by one."""

    postgres: Literal["ok", "unreachable"]
    redis: Literal["ok", "unreachable"]
    projections: dict[str, Progress]


class Health(Record):
    """`ok` when all is well; `degraded` with 200 where an event stops a read model, with 503 where a part is away."""

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
)
async def live() -> Alive:
    return Alive()


@get(
    "/health/ready",
    tags=["health"],
    operation_id="readReadiness",
    summary="The process can do its work",
    responses={503: ResponseSpec(Health, description="A part that the API needs does not answer.")},
)
async def ready(core: NamedDependency[Core]) -> Response[Health]:
    progress, redis = await asyncio.gather(_progress(core), _redis(core))
    answers = progress is not None and redis
    fine = answers and not any(each.stopped for each in (progress or {}).values())
    checks = Checks("unreachable" if progress is None else "ok", "ok" if redis else "unreachable", progress or {})
    return Response(Health("ok" if fine else "degraded", checks), status_code=200 if answers else 503)


async def _progress(core: Core) -> dict[str, Progress] | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await projections.progress(core)
    except (Unavailable, TimeoutError):
        return None


async def _redis(core: Core) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return bool(await core.redis.ping())
    except (RedisError, OSError, TimeoutError):
        return False
