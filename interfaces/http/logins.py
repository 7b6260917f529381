"""Sign-ins: where somebody is signed in, ending one or all of them, and the next token for a client."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.access import Actor, Scope, on_behalf_of
from application.errors import NotAllowed, NotFound
from application.identity import credentials
from application.identity.families import exchange
from application.identity.grant import Narrowing
from application.identity.grants import Grants
from application.identity.moving import in_person
from domain import agent, login, user, workspace
from domain.kernel import Instant, Record, replace
from domain.run_state import Run
from infrastructure.identity.tokens import Tokens, now
from infrastructure.identity.uses import PostgresUses
from interfaces.composition import Core
from interfaces.http.attendance import admission_of
from interfaces.http.auth import address_of
from interfaces.http.commands import Accepted, After, Signed, caught_up, sent
from projections import logins, workspaces
from projections.logins import LoginRow


class RefreshSession(Record, forbid_unknown_fields=True):
    """The refresh token that came with the last answer. Each works once; a second use ends the sign-in."""

    refresh_token: Annotated[str, Meta(max_length=200)]


class NewToken(Record):
    """An access token, and the refresh token for the next one."""

    token: str
    expires_at: Instant
    refresh_token: str


class IssueToken(Record, forbid_unknown_fields=True):
    """A token for less than one may oneself: for some scopes only, for a run, or for one of the workspace's agents."""

    scopes: tuple[Scope, ...] | None = None
    agent_id: UUID | None = None
    run_id: UUID | None = None


class IssuedToken(Record):
    """It ends with the sign-in, the key or the token that it was issued with, if not before."""

    token: str
    expires_at: Instant


class Login(Record):
    """A sign-in, in which workspace it is, and what that is called. `last_used_at` is precise to a minute."""

    id: UUID
    workspace_id: UUID
    workspace_name: str
    kind: login.Kind
    method: str
    device: str
    started_at: Instant
    expires_at: Instant
    last_used_at: Instant | None
    current: bool


class LoginList(Record):
    """Where one is signed in, the latest first."""

    items: list[Login]


@post("/session/refresh", tags=["session"], operation_id="refreshSession", summary="Get the next access token")
async def refresh(
    data: JSONBody[RefreshSession],
    request: Request[Any, Any, Any],
    core: NamedDependency[Core],
    grants: NamedDependency[Grants],
    tokens: NamedDependency[Tokens],
) -> NewToken:
    following = await exchange(core.executor, credentials.presented("z2r", data.refresh_token))
    actor = await grants.of_token(login_id=following.id, key_id=None, to=Narrowing(), address=address_of(request))
    token, ends = tokens.issue(actor, now())
    return NewToken(token, ends, following.text)


@post("/tokens", tags=["keys"], operation_id="issueToken", summary="Issue a token for less than one may oneself")
async def issue_token(
    data: JSONBody[IssueToken], request: Signed, core: NamedDependency[Core], tokens: NamedDependency[Tokens]
) -> IssuedToken:
    actor = request.user
    if data.agent_id is not None:
        known = await core.executor.state(data.agent_id, actor.workspace_id)
        if not isinstance(known, agent.Agent):
            raise NotFound
    if data.run_id is not None and not isinstance(await core.executor.state(data.run_id, actor.workspace_id), Run):
        raise NotFound
    if actor.agent_id not in (None, data.agent_id) or actor.run_id not in (None, data.run_id):
        raise NotAllowed("a token for an agent or a run gives no token for another")
    scopes = data.scopes
    if actor.narrowed:
        scopes = tuple(sorted(actor.rights if scopes is None else actor.rights & set(scopes)))
    # else whoever has a token of minutes would make the next one of it for as long as the sign-in lasts
    until = admission_of(request).ends_at
    token, ends = tokens.issue(actor, now(), Narrowing(scopes, data.agent_id, data.run_id), until=until)
    return IssuedToken(token, ends)


class LoginController(Controller):
    path = "/logins"
    tags = ("session",)

    @get(operation_id="listLogins", summary="Where one is signed in")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> LoginList:
        """In each workspace that one belongs to; a token for less, an agent's, and an API key see their own alone."""
        await caught_up(core.tail, logins.projection.name, after)
        me = request.user
        names = await _places(core, me)
        rows = await logins.of_person(core.database, me.user_id, [*names])
        person = (await core.executor.states.refresh(me.user_id)).state
        alive = [row for row in rows if row.generation == person.generation and row.expires_at > now()]
        used = await PostgresUses(core.database, core.vault).last(*(row.id for row in alive))
        devices = await _devices(core, alive)
        return LoginList(
            [_shown(row, names[row.workspace_id], devices.get(row.id, ""), used.get(row.id), me) for row in alive]
        )

    @delete("/{login_id:uuid}", operation_id="endLogin", summary="Sign out elsewhere", status_code=200)
    async def end(self, login_id: FromPath[UUID], request: Signed, core: NamedDependency[Core]) -> Accepted:
        """No replica takes its credentials a second later. It may be in another workspace."""
        in_person(request.user)
        known = await core.executor.states.refresh(login_id)
        own = isinstance(known.state, login.Login) and known.state.user_id == request.user.user_id
        if not own or known.workspace_id is None:
            raise NotFound
        actor = replace(on_behalf_of(request.user), workspace_id=known.workspace_id)
        return await sent(core, login_id, login.EndLogin("ended_elsewhere"), actor, key=None)

    @delete(operation_id="signOutEverywhere", summary="Sign out everywhere", status_code=200)
    async def everywhere(self, request: Signed, core: NamedDependency[Core]) -> Accepted:
        """Every sign-in ends, this one too; API keys stay."""
        in_person(request.user)
        me = request.user
        home = (await core.executor.states.refresh(me.user_id)).workspace_id
        assert home is not None
        actor = replace(on_behalf_of(me), workspace_id=home)
        return await sent(core, me.user_id, user.SignOutEverywhere(), actor, key=None)


async def _places(core: Core, me: Actor) -> dict[UUID, str]:
    """The names of the workspaces whose sign-ins somebody sees: of each, the log tells whether they belong to it."""
    ids = {me.workspace_id}
    if me.login_id is not None and not me.narrowed:
        ids |= {*await workspaces.of_member(core.database, me.user_id)}
    known = await core.executor.states.refresh_all(*ids)
    places = {key: each.state for key, each in known.items() if isinstance(each.state, workspace.Workspace)}
    return {key: place.name or "" for key, place in places.items() if me.user_id in place.members}


async def _devices(core: Core, rows: Sequence[LoginRow]) -> dict[UUID, str]:
    """What the sign-ins came from, as far as that is known and not erased."""
    boxes = {row.id: row.device for row in rows if row.device}
    opened = await core.vault.open("device", *boxes.values()) if boxes else []
    return {login_id: text for login_id, text in zip(boxes, opened, strict=True) if text}


def _shown(row: LoginRow, place: str, device: str, used: Instant | None, me: Actor) -> Login:
    return Login(
        row.id,
        row.workspace_id,
        place,
        row.kind,
        row.method,
        device,
        row.started_at,
        row.expires_at,
        used,
        row.id == me.login_id,
    )
