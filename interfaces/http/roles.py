"""Roles over HTTP: what each role of the workspace may do, its own roles, and what agents are granted."""

from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.access import Scope, scopes_of
from application.errors import NotFound
from domain.kernel import Record, Slug
from domain.workspace import BUILT_IN_ROLES, Workspace
from interfaces.composition import Core
from interfaces.http.commands import Accepted, Key, Signed
from interfaces.http.members import belonging
from interfaces.identity import Identity


class Role(Record):
    """A role with what it may do, and how many members have it."""

    role: str
    scopes: tuple[Scope, ...]
    built_in: bool
    members: int


class RoleList(Record):
    """The built-in roles, and then those of the workspace by name."""

    items: list[Role]


class DefineRole(Record, forbid_unknown_fields=True):
    """A role that exists gets these scopes instead of those it had."""

    role: Slug
    scopes: tuple[Scope, ...]


class GrantAgentScopes(Record, forbid_unknown_fields=True):
    """All that the agent may do besides reading, instead of what it was granted before."""

    scopes: tuple[Scope, ...]


class RoleController(Controller):
    path = "/roles"
    tags = ("members",)

    @get(operation_id="listRoles", summary="List the roles")
    async def all(self, request: Signed, core: NamedDependency[Core]) -> RoleList:
        """As the log has them at this moment."""
        place: Workspace = await core.executor.state(request.user.workspace_id, request.user.workspace_id)
        held = [*place.members.values()]
        return RoleList(
            [
                Role(role, tuple(sorted(scopes_of(role, place.roles))), role in BUILT_IN_ROLES, held.count(role))
                for role in (*BUILT_IN_ROLES, *sorted(place.roles))
            ]
        )

    @post(operation_id="defineRole", summary="Define a role of the workspace", status_code=200)
    async def define(
        self,
        data: JSONBody[DefineRole],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        key: Key,
    ) -> Accepted:
        """Nobody defines a role beyond their own rights. Members who have it may do so within a second."""
        return Accepted.of(await belonging(core, identity).define_role(request.user, data.role, data.scopes, key=key))

    @delete("/{role:str}", operation_id="removeRole", summary="Remove a role of the workspace", status_code=200)
    async def remove(
        self,
        role: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        key: Key,
    ) -> Accepted:
        """One that nobody has, and to which nobody is invited."""
        try:
            msgspec.convert(role, Slug)
        except msgspec.ValidationError:
            raise NotFound("there is no such role in this workspace") from None
        return Accepted.of(await belonging(core, identity).remove_role(request.user, role, key=key))


@post(
    "/agents/{agent_id:uuid}/scopes",
    tags=["agents"],
    operation_id="grantAgentScopes",
    summary="Say what an agent may do",
    status_code=200,
)
async def grant_agent_scopes(
    agent_id: FromPath[UUID],
    data: JSONBody[GrantAgentScopes],
    request: Signed,
    core: NamedDependency[Core],
    identity: NamedDependency[Identity],
    key: Key,
) -> Accepted:
    """Besides reading, and never more than whoever it works for may. Nobody grants more than they may themselves."""
    return Accepted.of(await belonging(core, identity).grant_agent(request.user, agent_id, data.scopes, key=key))
