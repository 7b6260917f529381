"""The HTTP application: the API, the log's live streams, and the page."""

from collections.abc import AsyncIterator, Callable, Sequence
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
from litestar.types import ASGIApp, ControllerRouterHandler

from application.gateway.presence import Presence
from infrastructure.identity.token_keys import TokenKeys
from infrastructure.identity.tokens import Tokens
from infrastructure.redis.limits import RedisQuotas
from infrastructure.settings import Settings
from interfaces import composition, gateway, goals, identity, tooling, workflows
from interfaces.http import (
    agent_handlers,
    audit,
    automatic,
    catalogue,
    events,
    health,
    limits,
    links,
    live,
    logins,
    metrics,
    openapi,
    page,
    problems,
    roles,
    run_handlers,
    signing_keys,
    streams,
    watch,
    workspaces,
)
from interfaces.http.attendance import Attendance
from interfaces.http.auth import Authentication
from interfaces.http.body import MAX_BODY, JsonRequest
from interfaces.http.budgets import BudgetController
from interfaces.http.commands import idempotency_key
from interfaces.http.concurrency import ConcurrencyController
from interfaces.http.cors import Cors
from interfaces.http.costs import CostController
from interfaces.http.devices import DeviceController
from interfaces.http.edge import Edge
from interfaces.http.external_sign_in import Door
from interfaces.http.gateway import errors as door_errors
from interfaces.http.gateway.controller import DoorController
from interfaces.http.invitations import InvitationController
from interfaces.http.keys import KeyController
from interfaces.http.logins import LoginController
from interfaces.http.members import MemberController
from interfaces.http.models import ModelController
from interfaces.http.profile import ProfileController
from interfaces.http.projections import ProjectionController
from interfaces.http.proxies import behind_proxies
from interfaces.http.routes import RouteController
from interfaces.http.secrets import SecretController
from interfaces.http.session import Parts as Entrance
from interfaces.http.session import SessionController
from interfaces.http.single_sign_on import SingleSignOnController
from interfaces.http.subscriptions import Subscribers
from interfaces.http.webhooks import WebhookController
from interfaces.http.workflows import WorkflowController
from interfaces.processes import owner
from interfaces.processes.first_start import ensure_admin

Lifespan: TypeAlias = Callable[[Litestar], AbstractAsyncContextManager[None]]
Parts: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[composition.Core]]

PARTS = (
    "core",
    "starter",
    "agents",
    "tools",
    "identity",
    "sign_on",
    "sign_in_external",
    "grants",
    "tokens",
    "keep_alive",
    "subscribers",
    "attendance",
    "devices",
    "presence",
    "gateway",
    "publisher",
    "goals",
)

HANDLERS: Sequence[ControllerRouterHandler] = (
    SessionController,
    ProfileController,
    *links.HANDLERS,
    SingleSignOnController,
    LoginController,
    KeyController,
    DeviceController,
    logins.refresh,
    logins.issue_token,
    *agent_handlers.HANDLERS,
    WorkflowController,
    *run_handlers.HANDLERS,
    *automatic.HANDLERS,
    WebhookController,
    events.run_events,
    streams.stream_events,
    watch.watch_run,
    watch.watch_events,
    watch.watch_events_by_websocket,
    *catalogue.HANDLERS,
    ModelController,
    RouteController,
    SecretController,
    CostController,
    BudgetController,
    ConcurrencyController,
    ProjectionController,
    audit.list_access,
    MemberController,
    InvitationController,
    roles.RoleController,
    roles.grant_agent_scopes,
    workspaces.WorkspaceController,
    workspaces.switch_workspace,
)
"""The routes of the API."""


def create_app(
    settings: Settings, *, keep_alive: float = live.KEEP_ALIVE_SECONDS, parts: Parts = composition.core
) -> ASGIApp:
    """The application of one process; its parts are connected when it starts."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with parts(settings) as core:
            await owner.leave_key(core, await ensure_admin(core))
            await _connect(app.state, core)
            app.state.keep_alive = keep_alive
            live.begin()
            chores = (
                app.state.subscribers.drop_the_stalled(),
                app.state.attendance.look_after(),
                app.state.key_addresses.record(),
                core.audit.keep_short(),
                app.state.refusals.record(),
                app.state.identity.resets.run(),
            )
            async with composition.background(*chores), app.state.presence.shown():
                yield
                await app.state.gateway.close()

    app = application(composition.tokens(settings), lifespan)
    methods = {route.path_format: route.methods for route in app.routes if isinstance(route, HTTPRoute)}
    return behind_proxies(Edge(app, methods, Cors(settings.cors_origins)), settings.trusted_proxies)


async def _connect(state: State, core: composition.Core) -> None:
    """Put together what the routes of one process need."""
    state.core = core
    state.starter, state.agents = composition.starter(core), composition.agent_starter(core)
    state.grants = composition.grants(core)
    state.identity = await identity.identity(core)
    state.sign_on = await composition.sign_on(core)
    external = composition.external_sign_in(core)
    entrance = Entrance(core, state.identity, state.tokens)
    state.sign_in_external = Door(entrance, state.sign_on, external, state.grants)
    secret = await core.vault.index("limits", "addresses")
    state.limits = limits.Limits(core.settings, RedisQuotas(core.redis), secret)
    state.refusals = composition.refusals(core)
    state.subscribers = Subscribers()
    state.attendance = Attendance(state.grants)
    state.key_addresses = composition.key_addresses(core)
    state.devices = await composition.device_codes(core)
    state.presence = Presence(core.leases)
    state.gateway = gateway.gateway(core, state.presence)
    state.tools = tooling.toolbox(core)
    state.publisher = workflows.publisher(core, state.tools)
    state.goals = goals.goals(core, state.publisher, tooling.of_plans(state.tools))


def application(tokens: Tokens, lifespan: Lifespan) -> Litestar:
    """The routes and what surrounds them, around parts that the lifespan connects."""
    apis = _api("/api", HANDLERS, tokens), _api("/v1", [DoorController], tokens)
    return Litestar(
        route_handlers=[*apis, health.live, health.ready, metrics.read, _open()],
        lifespan=[lifespan],
        state=State({"tokens": tokens, "limits": None, "refusals": None}),
        dependencies={
            **{part: Provide(_part(part), sync_to_thread=False) for part in PARTS},
            "key": Provide(idempotency_key),
        },
        after_exception=[audit.note_refusal],
        exception_handlers=door_errors.at_the_door({**problems.HANDLERS, limits.RateLimited: limits.refused}),
        openapi_config=None,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        logging_config=None,
    )


def _api(path: str, handlers: Sequence[ControllerRouterHandler], tokens: Tokens) -> Router:
    return Router(
        path,
        route_handlers=handlers,
        middleware=[limits.StrangerLimit, DefineMiddleware(Authentication, tokens=tokens), limits.CallerLimit],
    )


def _open() -> Router:
    """What everybody may see: the page, and the description of the API."""
    return Router(
        "/",
        route_handlers=[_openapi_json, signing_keys.signing_keys, *page.handlers()],
        middleware=[limits.AddressLimit],
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

    keys = TokenKeys([Ed25519PrivateKey.generate()])
    return openapi.document(application(Tokens(keys, timedelta(hours=1)), nothing))
