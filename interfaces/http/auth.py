"""Who is asking: a bearer token, or the browser's cookie, which only its own page may use to change things."""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp, Guard

from application.access import SCOPES, Scope, authorise_reading
from application.errors import NotAllowed, NotSignedIn
from infrastructure.identity.tokens import Tokens

COOKIE = "z2_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Connection = ASGIConnection[BaseRouteHandler, Any, Any, Any]


class Authentication(AbstractAuthenticationMiddleware):
    """Refuses a request without a valid token before any handler sees it."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        super().__init__(app, exclude_from_auth_key="public")
        self._tokens = tokens

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        try:
            actor = self._tokens.check(_token(connection))
        except RecursionError:
            # the head of a token is JSON, which may nest deeper than anybody reads
            raise NotSignedIn from None
        authorise_reading(actor)
        return AuthenticationResult(user=actor, auth=None)


def _token(connection: Connection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    cookie = connection.cookies.get(COOKIE)
    if not cookie:
        raise NotSignedIn
    # a browser opens WebSockets to any site and sends the cookies along
    safe = connection.scope["type"] == ScopeType.HTTP and connection.scope["method"] in SAFE_METHODS
    if not safe and not _same_origin(connection):
        raise NotAllowed("this request comes from another site; use the page of Z2 itself, or a bearer token")
    return cookie


def _same_origin(connection: Connection) -> bool:
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == connection.headers.get("host")


def needs(scope: Scope) -> Guard:
    """Lets only those pass whose role has the scope, before the body is read."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        role = connection.user.role
        if scope not in SCOPES[role]:
            raise NotAllowed(f"this needs the scope {scope}; the role {role} lacks it")

    return guard
