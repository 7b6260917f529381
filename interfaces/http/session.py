"""Signing in and out. The browser keeps its token in a cookie that no script can read."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from application.access import Role
from application.errors import NotSignedIn
from domain.kernel import Instant, Record, Text
from infrastructure.identity.credentials import Credentials
from infrastructure.identity.tokens import Tokens, now
from interfaces.http.auth import COOKIE
from interfaces.http.commands import Signed


class SignIn(Record, forbid_unknown_fields=True):
    """Name and password."""

    name: Annotated[Text, Meta(min_length=1, max_length=200)]
    password: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Session(Record):
    """Who is signed in."""

    user_id: UUID
    name: str
    workspace_id: UUID
    role: Role


class NewSession(Record):
    """Who is signed in, and the token that says so."""

    user_id: UUID
    name: str
    workspace_id: UUID
    role: Role
    token: str
    expires_at: Instant


class SessionController(Controller):
    path = "/session"
    tags = ("session",)

    @post(opt={"public": True}, operation_id="signIn", summary="Sign in")
    async def sign_in(
        self,
        data: JSONBody[SignIn],
        request: Request[Any, Any, Any],
        credentials: NamedDependency[Credentials],
        tokens: NamedDependency[Tokens],
    ) -> Response[NewSession]:
        account = await credentials.check(data.name, data.password)
        if account is None:
            raise NotSignedIn("the name or the password is wrong")
        token, ends = tokens.issue(account.actor, now())
        body = NewSession(account.user_id, account.name, account.workspace_id, account.role, token, ends)
        lifetime = int(tokens.lifetime.total_seconds())
        return Response(body, cookies=[_cookie(token, lifetime, secure=request.url.scheme == "https")])

    @get(operation_id="readSession", summary="Who is signed in")
    async def who(self, request: Signed, credentials: NamedDependency[Credentials]) -> Session:
        account = await credentials.find(request.user.user_id)
        if account is None:
            raise NotSignedIn
        return Session(account.user_id, account.name, account.workspace_id, account.role)

    @delete(opt={"public": True}, operation_id="signOut", summary="Sign out")
    async def sign_out(self, request: Request[Any, Any, Any]) -> Response[None]:
        return Response(None, cookies=[_cookie("", 0, secure=request.url.scheme == "https")])


def _cookie(value: str, max_age: int, *, secure: bool) -> Cookie:
    return Cookie(key=COOKIE, value=value, path="/", max_age=max_age, httponly=True, samesite="strict", secure=secure)
