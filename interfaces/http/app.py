"""The HTTP application: the API, the log's live streams, and the page."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, TypeAlias

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from infrastructure.identity.tokens import Tokens
from infrastructure.settings import Settings
from interfaces import composition
from interfaces.http import catalogue, events, health, live, metrics, openapi, page, problems, streams, watch
from interfaces.http.agents import AgentController
from interfaces.http.auth import Authentication
from interfaces.http.body import MAX_BODY, JsonRequest
from interfaces.http.commands import idempotency_key
from interfaces.http.edge import Edge
from interfaces.http.projections import ProjectionController
from interfaces.http.runs import RunController
from interfaces.http.session import SessionController
from interfaces.http.subscriptions import Subscribers
from interfaces.http.texts import TextController
from interfaces.http.webhooks import WebhookController
from interfaces.http.workflows import WorkflowController
from interfaces.processes.first_start import ensure_admin

Lifespan: TypeAlias = Callable[[Litestar], AbstractAsyncContextManager[None]]

PARTS = ("core", "starter", "credentials", "tokens", "keep_alive", "subscribers")


def create_app(settings: Settings, *, keep_alive: float = live.KEEP_ALIVE_SECONDS) -> ASGIApp:
    """The application of one process; its parts are connected when it starts."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with composition.core(settings) as core:
            await ensure_admin(core)
            app.state.core = core
            app.state.starter = composition.starter(core)
            app.state.credentials = composition.credentials(core)
            app.state.keep_alive = keep_alive
            subscribers = app.state.subscribers = Subscribers()
            live.begin()
            async with composition.background(subscribers.drop_the_stalled()):
                yield

    app = application(composition.tokens(settings), lifespan)
    return Edge(app, {route.path_format: route.methods for route in app.routes if isinstance(route, HTTPRoute)})


def application(tokens: Tokens, lifespan: Lifespan) -> Litestar:
    """The routes and what surrounds them, around parts that the lifespan connects."""
    return Litestar(
        route_handlers=[_api(tokens), _openapi_json, health.live, health.ready, metrics.read, *page.handlers()],
        lifespan=[lifespan],
        state=State({"tokens": tokens}),
        dependencies={
            **{part: Provide(_part(part), sync_to_thread=False) for part in PARTS},
            "key": Provide(idempotency_key),
        },
        exception_handlers=problems.HANDLERS,
        openapi_config=None,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        logging_config=None,
    )


def _api(tokens: Tokens) -> Router:
    return Router(
        "/api",
        route_handlers=[
            SessionController,
            AgentController,
            WorkflowController,
            RunController,
            TextController,
            WebhookController,
            events.run_events,
            streams.stream_events,
            watch.watch_run,
            watch.watch_events,
            watch.watch_events_by_websocket,
            catalogue.templates,
            catalogue.models,
            ProjectionController,
        ],
        middleware=[DefineMiddleware(Authentication, tokens=tokens)],
    )


def _part(name: str) -> Callable[[State], Any]:
    def provide(state: State) -> Any:
        return state[name]

    return provide


@get("/api/openapi.json", include_in_schema=False)
async def _openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    content = msgspec.json.encode(openapi.document(request.app))
    return Response(content, media_type=MediaType.JSON)


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document, without any part being connected."""

    @asynccontextmanager
    async def nothing(app: Litestar) -> AsyncIterator[None]:
        yield

    key = Ed25519PrivateKey.generate()
    return openapi.document(application(Tokens(key, timedelta(hours=1)), nothing))
