"""Who may do what: the scopes of each role, held against what a command or an operation of the API needs."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from application.errors import NotAllowed
from application.needs import NEEDS
from application.operations import OPERATIONS
from domain.kernel import Command, Record, replace
from domain.workspace import BUILT_IN_ROLES

Role: TypeAlias = str
"""`admin`, `user` and `agent` are in every workspace, which may define others. `system` is Z2 itself: its workers,
policies and sign-in; no credential carries it."""

Scope: TypeAlias = Literal[
    "read",
    "agents:write",
    "workflows:write",
    "runs:start",
    "runs:control",
    "runs:approve",
    "runs:signal",
    "memories:write",
    "memories:approve",
    "keys:write",
    "webhooks:manage",
    "members:manage",
    "roles:manage",
    "secrets:manage",
    "budgets:manage",
    "models:manage",
    "models:use",
    "projections:manage",
    "audit:read",
    "workspaces:found",
]
"""What somebody can be allowed; people can give these to the roles of their workspace, to keys and to tokens."""

EVERYTHING: frozenset[Scope] = frozenset(get_args(Scope))

SCOPES: Mapping[Role, frozenset[Scope]] = {
    "admin": EVERYTHING,
    "user": frozenset(
        {
            "read",
            "agents:write",
            "workflows:write",
            "runs:start",
            "runs:control",
            "runs:approve",
            "runs:signal",
            "memories:write",
            "memories:approve",
            "keys:write",
            "models:use",
        }
    ),
    "agent": frozenset({"read"}),
    "system": EVERYTHING,
}


class Actor(Record):
    """Who asks, where, in which role and by which credential. `scopes` is all of the role's, or fewer if `narrowed`."""

    user_id: UUID
    workspace_id: UUID
    role: Role
    scopes: frozenset[Scope] | None = None
    login_id: UUID | None = None
    key_id: UUID | None = None
    agent_id: UUID | None = None
    run_id: UUID | None = None
    narrowed: bool = False

    @property
    def rights(self) -> frozenset[Scope]:
        return SCOPES.get(self.role, frozenset()) if self.scopes is None else self.scopes


def scopes_of(role: Role, own_roles: Mapping[str, tuple[str, ...]]) -> frozenset[Scope]:
    """What a role may, in a workspace with such roles of its own; nothing where there is no such role."""
    if role in BUILT_IN_ROLES:
        return SCOPES[role]
    granted = () if role == "system" else own_roles.get(role, ())
    return frozenset(scope for scope in EVERYTHING if scope in granted)


def narrowed(scopes: frozenset[Scope], to: tuple[str, ...] | None) -> frozenset[Scope]:
    """No more than both; None narrows nothing."""
    return scopes if to is None else frozenset(scope for scope in scopes if scope in to)


def on_behalf_of(actor: Actor) -> Actor:
    """Z2 itself, doing what the actor asked for, once it is certain that the actor may; the log names the actor."""
    return replace(actor, role="system", scopes=None)


def authorise(actor: Actor, command: type[Command]) -> None:
    """Raise NotAllowed unless the actor has the scope that the command needs, or is Z2 itself."""
    needed = NEEDS[command]
    if actor.role != "system" and needed not in actor.rights:
        raise NotAllowed(f"{command.__name__} needs the scope {needed}; {_lacking(actor)}")


def authorise_operation(actor: Actor, operation: str | None) -> None:
    """Raise NotAllowed unless the actor has what the operation needs; what is in no table is refused to everybody."""
    needed = OPERATIONS.get(operation or "")
    if needed is None:
        raise NotAllowed("nobody has been allowed to do this")
    if needed not in ("public", "self") and needed not in actor.rights:
        raise NotAllowed(f"this needs the scope {needed}; {_lacking(actor)}")


def _lacking(actor: Actor) -> str:
    if actor.key_id is not None:
        return "the API key lacks it"
    return "your role or your token lacks it" if actor.narrowed else f"the role {actor.role} lacks it"
