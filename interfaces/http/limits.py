"""How many requests somebody may make: a user, an API key, or an address of which nobody is signed in."""

from collections.abc import Iterator, Sequence
from typing import Any

from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from application.access import Actor
from application.errors import NotSignedIn, Unavailable, Z2Error
from application.operations import OPERATIONS
from infrastructure.redis.limits import Quota, RedisQuotas, Standing, hidden, neighbourhood
from infrastructure.settings import Settings
from interfaces.http import problems
from interfaces.http.auth import operation_of

STANDINGS = "limits"
"""Where a request keeps how it stands, for the headers of its answer."""

GUESSES = Quota("guess", 30, 600)
"""How often somebody may try a code that is short."""

WHO = {
    "user": "user",
    "guess": "user trying codes",
    "key": "API key",
    "address": "address",
    "sign-in": "address signing in",
    "signature": "address sending what is not signed",
}


class RateLimited(Z2Error):
    """Too many requests; wait for as long as `Retry-After` says."""

    status = 429
    code = "rate_limited"

    def __init__(self, detail: str | None = None, *, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds


def refused(request: Request[Any, Any, Any], error: RateLimited) -> Response[bytes]:
    headers = {"Retry-After": str(error.seconds)}
    return problems.response(request, error.status, error.code, str(error), headers=headers)


class Limits:
    """The quotas of the settings. A quota of none is no limit."""

    def __init__(self, settings: Settings, quotas: RedisQuotas, secret: bytes) -> None:
        """`secret` hides addresses from whoever reads Redis."""
        window = settings.limit_seconds
        self._user = Quota("user", settings.limit_user, window)
        self._key = Quota("key", settings.limit_key, window)
        self._address = Quota("address", settings.limit_address, window)
        self._sign_in = Quota("sign-in", settings.limit_sign_in, window)
        self._signature = Quota("signature", settings.limit_sign_in, window)
        self._quotas = quotas
        self._secret = secret

    async def count_caller(self, scope: Scope, actor: Actor) -> None:
        """A request of somebody who is signed in; while Redis is away it is not counted. Raises RateLimited."""
        try:
            if actor.key_id is not None:
                await self._count(scope, self._key, actor.key_id.hex)
            await self._count(scope, self._user, actor.user_id.hex)
        except Unavailable:
            return

    async def count_address(self, scope: Scope) -> None:
        """A request of nobody; while Redis is away it is not counted. Raises RateLimited."""
        try:
            await self._count(scope, self._address, self._name(scope))
        except Unavailable:
            return

    async def count_sign_in(self, scope: Scope) -> None:
        """A request that carries a secret to be tried. Raises RateLimited, and Unavailable while Redis is away."""
        await self._count(scope, self._sign_in, self._name(scope))

    async def count_bad_signature(self, scope: Scope) -> None:
        """A message that its secret has not signed. Raises RateLimited, and Unavailable while Redis is away."""
        await self._count(scope, self._signature, self._name(scope))

    async def count_guess(self, scope: Scope, actor: Actor) -> None:
        """A try of somebody at a code that is short. Raises RateLimited, and Unavailable while Redis is away."""
        await self._count(scope, GUESSES, actor.user_id.hex)

    async def _count(self, scope: Scope, quota: Quota, whose: str) -> None:
        if not quota.amount:
            return
        standing = await self._quotas.take(quota, whose)
        scope["state"].setdefault(STANDINGS, []).append(standing)
        if not standing.within:
            detail = (
                f"this {WHO[quota.name]} has made {quota.amount} requests within {quota.seconds:g} seconds,"
                f" which is the limit; try again in {standing.seconds} seconds"
            )
            raise RateLimited(detail, seconds=standing.seconds)

    def _name(self, scope: Scope) -> str:
        return hidden(self._secret, neighbourhood(client_address(scope)).encode())


class AddressLimit:
    """Counts every request by the address that it comes from: for what is open to everybody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if limits := _limits(scope):
            await limits.count_address(scope)
        await self._app(scope, receive, send)


class StrangerLimit:
    """Stands before authentication and counts, by their addresses, the requests of which nobody is signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = _limits(scope)
        if limits and _is_public(scope):
            await limits.count_address(scope)
            if _takes_credentials(scope):
                await limits.count_sign_in(scope)
        try:
            await self._app(scope, receive, send)
        except NotSignedIn:
            if limits:
                await limits.count_address(scope)
            raise


class CallerLimit:
    """Stands behind authentication and counts the requests of whoever is signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        actor: Actor | None = scope.get("user")
        if actor is not None and (limits := _limits(scope)):
            await limits.count_caller(scope, actor)
        await self._app(scope, receive, send)


def client_address(scope: Scope) -> str:
    """Who asks, as far as the network tells; empty where it does not, as on a Unix socket."""
    client = scope["client"]
    return client[0] if client else ""


def headers(scope: Scope) -> Iterator[tuple[bytes, bytes]]:
    """RateLimit-Policy and RateLimit, by draft-ietf-httpapi-ratelimit-headers-11: lists of structured fields."""
    standings: Sequence[Standing] = scope.get("state", {}).get(STANDINGS, ())
    if standings:
        policies = (
            f'"{each.quota.name}";q={each.quota.amount};w={max(1, round(each.quota.seconds))}' for each in standings
        )
        left = (f'"{each.quota.name}";r={each.left};t={each.seconds}' for each in standings)
        yield b"ratelimit-policy", ", ".join(policies).encode()
        yield b"ratelimit", ", ".join(left).encode()


def _limits(scope: Scope) -> Limits | None:
    limits: Limits | None = scope["litestar_app"].state.limits
    return limits


def _is_public(scope: Scope) -> bool:
    return _method(scope) == "OPTIONS" or OPERATIONS.get(operation_of(scope["route_handler"]) or "") == "public"


def _takes_credentials(scope: Scope) -> bool:
    """Whether the route tries a secret that the request brings: as its option says, or else every public POST does."""
    told: bool | None = scope["route_handler"].opt.get("takes_credentials")
    return _method(scope) == "POST" if told is None else told


def _method(scope: Scope) -> str:
    return scope["method"] if scope["type"] == ScopeType.HTTP else "GET"
