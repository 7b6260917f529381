"""Signing in and out. A browser's session is a cookie that no script can read; a client gets tokens."""

from contextlib import suppress
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

from litestar import Controller, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from application.access import Actor, Role, Scope
from application.errors import NotSignedIn
from application.identity import credentials
from application.identity.sign_in import Account
from domain import login, user
from domain.kernel import Instant, Record, Text, replace
from domain.workspace import Workspace
from infrastructure.identity.tokens import Tokens, now
from interfaces.composition import Core
from interfaces.http.attempts import Anybody, tried
from interfaces.http.auth import (
    PLAIN_COOKIE,
    SECURE_COOKIE,
    address_of,
    is_secure,
    presented_cookie,
    refuse_other_sites,
    session_cookie,
)
from interfaces.http.commands import Signed
from interfaces.identity import Identity
from projections import workspaces


class Password(Record, forbid_unknown_fields=True):
    """Name, or verified e-mail address, and password. `kind` says who asks: a browser gets a cookie and no token."""

    name: Annotated[Text, Meta(min_length=1, max_length=200)]
    password: Annotated[str, Meta(min_length=1, max_length=1_000)]
    kind: login.Kind = "client"


class Session(Record):
    """Who is signed in, where, and what they may do there."""

    user_id: UUID
    name: str
    workspace_id: UUID
    role: Role
    scopes: tuple[Scope, ...]


class NewSession(Session):
    """Who is signed in; for a client also a token, and the refresh token that gets the next one."""

    expires_at: Instant
    token: str | None = None
    refresh_token: str | None = None


class SessionController(Controller):
    path = "/session"
    tags = ("session",)

    @post(operation_id="signIn", summary="Sign in")
    async def sign_in(
        self,
        data: JSONBody[Password],
        request: Anybody,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        tokens: NamedDependency[Tokens],
    ) -> Response[NewSession]:
        """Who guesses passwords has to wait longer and longer. A session that the browser had before is over then."""
        refuse_other_sites(request, data.kind)
        proved = await tried(
            request, core, identity, data.name, lambda: identity.sign_in.check(data.name, data.password)
        )
        if proved is None:
            raise NotSignedIn("the name or the password is wrong")
        answer = await let_in(request, Parts(core, identity, tokens), proved.account, Way(data.kind, "password"))
        if data.kind == "browser":
            answer.set_cookie(proved.device)
        return answer

    @get(operation_id="readSession", summary="Who is signed in")
    async def who(self, request: Signed, core: NamedDependency[Core]) -> Session:
        return await shown(core, request.user)

    @delete(operation_id="signOut", summary="Sign out")
    async def sign_out(self, request: Anybody, core: NamedDependency[Core]) -> Response[None]:
        """The browser's session ends; one that has ended already is no error."""
        gone = cookie(request, "", timedelta())
        with suppress(NotSignedIn):
            await _end(request, core, session_cookie(request))
        return Response(None, cookies=[gone])


class Parts(Record):
    """What letting somebody in takes."""

    core: Core
    identity: Identity
    tokens: Tokens


class Way(Record):
    """How somebody comes in: with what, by what proof, and into which workspace; None is where they are at home."""

    kind: login.Kind
    method: str
    workspace_id: UUID | None = None


async def let_in(request: Anybody, parts: Parts, account: Account, way: Way) -> Response[NewSession]:
    """A new sign-in for somebody who has proved to be who they are; a browser's session before it ends."""
    device = request.headers.get("user-agent", "")
    start, place = parts.identity.sign_in.start, way.workspace_id or await _door(parts.core, account)
    try:
        started = await start(account, way.kind, way.method, place, device=device)
    except NotSignedIn:
        await _note(request, parts.core, "sign_in_refused", account.home, account.user_id, "no_member")
        raise
    actor = started.actor
    await _note(request, parts.core, "signed_in", actor.workspace_id, actor.user_id, way.method)
    session = await shown(parts.core, actor)
    if way.kind == "browser":
        with suppress(NotSignedIn):
            await _end(request, parts.core, presented_cookie(request))
        kept = cookie(request, started.credential.text, started.lifetime)
        return Response(_new(session, now() + started.lifetime), cookies=[kept])
    token, ends = parts.tokens.issue(actor, now())
    return Response(replace(_new(session, ends), token=token, refresh_token=started.credential.text))


async def _door(core: Core, account: Account) -> UUID:
    """Where somebody comes in who names no workspace: at home, or elsewhere if they belong there no more."""
    home = (await core.executor.states.refresh(account.home)).state
    if isinstance(home, Workspace) and account.user_id in home.members:
        return account.home
    return next(iter(await workspaces.of_member(core.database, account.user_id)), account.home)


async def _end(request: Anybody, core: Core, text: str) -> None:
    """End the login of this session, if it is one. Raises NotSignedIn for what is none."""
    session = credentials.presented("z2s", text)
    known = await core.executor.states.refresh(session.id)
    if not isinstance(known.state, login.Login) or known.state.secret != session.digest or not known.workspace_id:
        return
    assert known.state.user_id is not None, "a login belongs to somebody"
    actor = Actor(known.state.user_id, known.workspace_id, "system")
    await core.executor.execute(session.id, login.EndLogin("signed_out"), actor, correlation_id=uuid4())
    await _note(request, core, "signed_out", known.workspace_id, known.state.user_id)


async def _note(request: Anybody, core: Core, kind: str, place: UUID, who: UUID, reason: str = "") -> None:
    await core.audit.note(kind, workspace_id=place, user_id=who, address=address_of(request), reason=reason)


async def shown(core: Core, actor: Actor) -> Session:
    """The actor as people see it."""
    known = (await core.executor.states.refresh(actor.user_id)).state
    name = known.name if isinstance(known, user.User) else None
    (opened,) = await core.vault.open("name", name) if name else ("",)
    scopes = tuple(sorted(actor.rights))
    return Session(actor.user_id, opened or "", actor.workspace_id, actor.role, scopes)


def _new(session: Session, ends: Instant) -> NewSession:
    return NewSession(session.user_id, session.name, session.workspace_id, session.role, session.scopes, ends)


def cookie(request: Anybody, value: str, lifetime: timedelta) -> Cookie:
    """The cookie that holds a browser's session."""
    secure = is_secure(request)
    name = SECURE_COOKIE if secure else PLAIN_COOKIE
    seconds = int(lifetime.total_seconds())
    return Cookie(key=name, value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure)
