"""What the API process measures of itself, for Prometheus."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from application.errors import NotSignedIn
from infrastructure import metrics
from interfaces.composition import Core
from interfaces.http.subscriptions import Subscribers
from interfaces.processes import metering


@get("/metrics", include_in_schema=False)
async def read(
    request: Request[Any, Any, Any], core: NamedDependency[Core], subscribers: NamedDependency[Subscribers]
) -> Response[bytes]:
    """Open to everybody, as health is, unless a token for it is set."""
    if not metering.admits(core.settings, request.headers.get("authorization", "")):
        raise NotSignedIn
    subscribers.measure(core.tail.head)
    return Response(await metering.exposition(core), media_type=metrics.CONTENT_TYPE)
