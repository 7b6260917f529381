"""Workspaces over HTTP: those that one belongs to, founding and renaming them, and going on in another one."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.access import Actor, Role, on_behalf_of
from application.errors import Invalid, NotAllowed, NotFound
from application.identity import credentials
from application.identity.credentials import Presented
from application.identity.moving import in_person, move
from domain import login, workspace
from domain.kernel import Name, Record, replace
from infrastructure.identity.tokens import Tokens, now
from infrastructure.identity.uses import PostgresUses
from interfaces.composition import Core
from interfaces.http.auth import session_cookie
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.session import NewSession, cookie, shown
from projections import workspaces

ADMINS_ONLY = "only an admin of the workspace that your account is at home in founds another one"
NO_PROOF = "send the refresh token of this sign-in as well: an access token alone gets no other sign-in"


class Workspace(Record):
    """A workspace that one belongs to. `current` is the one that one is signed in to, `home` that of the account."""

    id: UUID
    name: str
    role: Role
    members: int
    current: bool
    home: bool


class WorkspaceList(Record):
    """The workspaces by name."""

    items: list[Workspace]


class FoundWorkspace(Record, forbid_unknown_fields=True):
    name: Name


class RenameWorkspace(Record, forbid_unknown_fields=True):
    name: Name


class SwitchWorkspace(Record, forbid_unknown_fields=True):
    """A client sends the refresh token of its sign-in, which is exchanged here; a browser has its cookie."""

    workspace_id: UUID
    refresh_token: Annotated[str, Meta(max_length=200)] | None = None


class WorkspaceController(Controller):
    path = "/workspaces"
    tags = ("workspaces",)

    @get(operation_id="listWorkspaces", summary="List the workspaces that one belongs to")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> WorkspaceList:
        """A token for less, an agent's, and an API key belong to one workspace and see no other."""
        await caught_up(core.tail, workspaces.projection.name, after)
        me = request.user
        ids = {me.workspace_id}
        if me.login_id is not None and not me.narrowed:
            ids |= {*await workspaces.of_member(core.database, me.user_id)}
        known = await core.executor.states.refresh_all(me.user_id, *ids)
        home = known.pop(me.user_id).workspace_id
        places = {key: each.state for key, each in known.items() if isinstance(each.state, workspace.Workspace)}
        belonging = {key: place for key, place in places.items() if me.user_id in place.members}
        items = [_shown(key, place, me, home) for key, place in belonging.items()]
        return WorkspaceList(sorted(items, key=lambda each: (each.name.casefold(), each.id)))

    @post(operation_id="foundWorkspace", summary="Found a workspace")
    async def found(
        self, data: JSONBody[FoundWorkspace], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Response[Accepted]:
        """Whoever founds it is its first admin. Switch to it to work there."""
        me = request.user
        in_person(me)
        known = await core.executor.states.refresh(me.user_id)
        home = (await core.executor.states.refresh(known.workspace_id)).state if known.workspace_id else None
        if not isinstance(home, workspace.Workspace) or me.user_id not in home.admins:
            raise NotAllowed(ADMINS_ONLY)
        stream = new_stream(key)
        there = replace(on_behalf_of(me), workspace_id=stream)
        command = workspace.CreateWorkspace(data.name, me.user_id)
        return created(request, await sent(core, stream, command, there, key=key))

    @post("/{workspace_id:uuid}/name", operation_id="renameWorkspace", summary="Rename a workspace", status_code=200)
    async def rename(
        self,
        workspace_id: FromPath[UUID],
        data: JSONBody[RenameWorkspace],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """The one that one is signed in to."""
        if workspace_id != request.user.workspace_id:
            raise NotFound("this is not the workspace that you are signed in to; switch to it first")
        return await sent(core, workspace_id, workspace.RenameWorkspace(data.name), request.user, key=key)


@post("/session/workspace", tags=["session"], operation_id="switchWorkspace", summary="Go on in another workspace")
async def switch_workspace(
    data: JSONBody[SwitchWorkspace],
    request: Signed,
    core: NamedDependency[Core],
    tokens: NamedDependency[Tokens],
) -> Response[NewSession]:
    """A browser gets a new cookie, a client new tokens. The sign-in of before ends; the new one lasts no longer.

    The refresh token works once, as at `refreshSession`: whoever sends it again ends the new sign-in too.
    """

    def proof(kind: login.Kind) -> Presented:
        if kind == "browser":
            return credentials.presented("z2s", session_cookie(request))
        if data.refresh_token is None:
            raise Invalid(NO_PROOF, field="refresh_token")
        return credentials.presented("z2r", data.refresh_token)

    uses = PostgresUses(core.database, core.vault)
    moved = await move(core.executor, uses, now, request.user, data.workspace_id, proof=proof)
    known = await shown(core, moved.actor)
    session = NewSession(known.user_id, known.name, known.workspace_id, known.role, known.scopes, moved.ends_at)
    if moved.kind == "browser":
        return Response(session, cookies=[cookie(request, moved.credential.text, moved.ends_at - now())])
    token, ends = tokens.issue(moved.actor, now())
    return Response(replace(session, expires_at=ends, token=token, refresh_token=moved.credential.text))


def _shown(workspace_id: UUID, place: workspace.Workspace, me: Actor, home: UUID | None) -> Workspace:
    here, role = workspace_id == me.workspace_id, place.members[me.user_id]
    return Workspace(workspace_id, place.name or "", role, len(place.members), here, workspace_id == home)
