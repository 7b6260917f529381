"""Who is asking: a token, an API key, or the browser's cookie, which only its own page may use to change things."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from application.access import Actor, authorise_operation
from application.errors import NotAllowed, NotSignedIn
from application.identity import credentials
from application.identity.grants import Grants
from application.operations import OPERATIONS
from domain.kernel import Instant, Record
from infrastructure.identity.tokens import Claims, Tokens

PLAIN_COOKIE = "z2_session"
SECURE_COOKIE = "__Host-z2_session"
"""Browsers take this one over HTTPS only, from this very host; plain HTTP, as on one's own machine, has the other."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Connection = ASGIConnection[Any, Any, Any, Any]


Ask: TypeAlias = Callable[[str | None], Awaitable[Actor]]
"""Who somebody is at this moment, used from an address or merely looked at. Raises NotSignedIn."""


class Admission(Record):
    """How somebody was let in; a token ends at `ends_at`."""

    actor: Actor
    ask: Ask
    ends_at: Instant | None = None


class Authentication(AbstractAuthenticationMiddleware):
    """Refuses, before any handler sees it, a request whose sender is unknown or may not do what it asks for."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        super().__init__(app)
        self._tokens = tokens

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        if is_public(connection.route_handler):
            return AuthenticationResult(user=None, auth=None)
        ask, ends_at = self._proof(connection, connection.app.state.grants)
        address = address_of(connection)
        actor = await ask(address)
        connection.app.state.key_addresses.seen(actor, address)
        connection.scope["user"] = actor  # who it was, for the record of what is refused
        authorise_operation(actor, operation_of(connection.route_handler))
        return AuthenticationResult(user=actor, auth=Admission(actor, ask, ends_at))

    def _proof(self, connection: Connection, grants: Grants) -> tuple[Ask, Instant | None]:
        """What tells who is asking, and when that ends by itself. Raises NotSignedIn."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return partial(grants.of_login, credentials.presented("z2s", session_cookie(connection))), None
        if token.startswith("z2_"):
            return partial(grants.of_key, credentials.presented("z2", token)), None
        claims = self._tokens.check(token)
        return partial(_of_token, grants, claims), claims.ends_at


async def _of_token(grants: Grants, claims: Claims, address: str | None) -> Actor:
    """Whose token it is: the one that its login or key belongs to, and no other that it may name."""
    actor = await grants.of_token(login_id=claims.sid, key_id=claims.akid, to=claims.narrowing, address=address)
    if (actor.user_id, actor.workspace_id) != (claims.sub, claims.workspace):
        raise NotSignedIn
    return actor


def operation_of(handler: BaseRouteHandler) -> str | None:
    """The operation that a handler is, whatever it speaks."""
    operation = handler.opt.get("operation") or getattr(handler, "operation_id", None)
    return operation if isinstance(operation, str) else None


def is_public(handler: BaseRouteHandler) -> bool:
    """Whether one need not be signed in for it."""
    return OPERATIONS.get(operation_of(handler) or "") == "public"


def address_of(connection: Connection) -> str:
    """The address that the request came from."""
    return connection.client.host if connection.client else ""


def is_secure(connection: Connection) -> bool:
    return connection.url.scheme in ("https", "wss")


def session_cookie(connection: Connection) -> str:
    """The browser's session. Raises NotSignedIn without one, and NotAllowed for a request from another site."""
    cookie = presented_cookie(connection)
    # a browser opens WebSockets to any site and sends the cookies along
    safe = connection.scope["type"] == ScopeType.HTTP and connection.scope["method"] in SAFE_METHODS
    if not safe and not _same_origin(connection):
        raise NotAllowed("this request comes from another site; use the page of Z2 itself, or a bearer token")
    return cookie


def presented_cookie(connection: Connection) -> str:
    """The browser's session, whoever has made it send it. Raises NotSignedIn without one."""
    cookie = connection.cookies.get(SECURE_COOKIE if is_secure(connection) else PLAIN_COOKIE)
    if not cookie:
        raise NotSignedIn
    return cookie


def refuse_other_sites(connection: Connection, kind: str) -> None:
    """Raise NotAllowed where another site wants to sign a browser in, into an account of its own."""
    told = {"sec-fetch-site", "origin"} & {*connection.headers}
    if kind == "browser" and told and not _same_origin(connection):
        raise NotAllowed("this request comes from another site; sign in on the page of Z2 itself")


def _same_origin(connection: Connection) -> bool:
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == connection.headers.get("host")
