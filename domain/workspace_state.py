"""What a workspace has come to: its members, its own roles and its open invitations, folded from what happened."""

from typing import TypeVar
from uuid import UUID

from domain.kernel import Instant, Record, Sealed, replace
from domain.workspace_events import (
    Created,
    Events,
    InvitationAccepted,
    InvitationWithdrawn,
    Invited,
    MemberAdded,
    MemberReinstated,
    MemberRemoved,
    MemberSuspended,
    Renamed,
    RoleDefined,
    RoleRemoved,
)

Key = TypeVar("Key")
Value = TypeVar("Value")

BY_HAND = "hand"
"""The source of a role that a person gave: no provider of single sign-on takes it away."""


class Invitation(Record):
    role: str
    secret: str
    expires_at: Instant
    email: Sealed | None


class Accepted(Record):
    """Whom an invitation has let in; without it, nobody could tell a second try of theirs from somebody else's."""

    user_id: UUID
    invitation_id: UUID
    email: Sealed | None


class Workspace(Record):
    """`suspended` are members whose account is disabled; `accepted` has used invitations by their secret.

    `departures` counts how often each person was removed, and `removed_by_hand` are those whom a person removed last.
    """

    name: str | None = None
    members: dict[UUID, str] = {}
    by_claim: frozenset[UUID] = frozenset()
    suspended: frozenset[UUID] = frozenset()
    removed_by_hand: frozenset[UUID] = frozenset()
    departures: dict[UUID, int] = {}
    roles: dict[str, tuple[str, ...]] = {}
    invitations: dict[UUID, Invitation] = {}
    accepted: dict[str, Accepted] = {}

    @property
    def admins(self) -> frozenset[UUID]:
        """Those who can act as one."""
        held = (member for member, role in self.members.items() if role == "admin")
        return frozenset(held) - self.suspended


initial = Workspace()


def evolve(workspace: Workspace, event: Events) -> Workspace:
    match event:
        case Created(name) | Renamed(name):
            return replace(workspace, name=name)
        case MemberAdded() | MemberRemoved():
            return _with_members(workspace, event)
        case MemberSuspended(user_id):
            return replace(workspace, suspended=workspace.suspended | {user_id})
        case MemberReinstated(user_id):
            return replace(workspace, suspended=workspace.suspended - {user_id})
        case RoleDefined(role, scopes):
            return replace(workspace, roles={**workspace.roles, role: scopes})
        case RoleRemoved(role):
            return replace(workspace, roles=_without(workspace.roles, role))
        case _:
            return _with_invitations(workspace, event)


def _with_members(workspace: Workspace, event: MemberAdded | MemberRemoved) -> Workspace:
    user_id, by_hand = event.user_id, event.source == BY_HAND
    barred = workspace.removed_by_hand - {user_id}
    if isinstance(event, MemberAdded):
        members = {**workspace.members, user_id: event.role}
        by_claim = workspace.by_claim - {user_id} if by_hand else workspace.by_claim | {user_id}
        return replace(workspace, members=members, by_claim=by_claim, removed_by_hand=barred)
    return replace(
        workspace,
        members=_without(workspace.members, user_id),
        by_claim=workspace.by_claim - {user_id},
        suspended=workspace.suspended - {user_id},
        removed_by_hand=barred | {user_id} if by_hand else barred,
        departures={**workspace.departures, user_id: workspace.departures.get(user_id, 0) + 1},
    )


def _with_invitations(workspace: Workspace, event: Events) -> Workspace:
    match event:
        case Invited(invitation_id, role, secret, expires_at, email):
            invitation = Invitation(role, secret, expires_at, email)
            return replace(workspace, invitations={**workspace.invitations, invitation_id: invitation})
        case InvitationWithdrawn(invitation_id):
            return replace(workspace, invitations=_without(workspace.invitations, invitation_id))
        case InvitationAccepted(invitation_id, user_id):
            used = workspace.invitations.get(invitation_id)
            if used is None:
                return workspace
            accepted = {**workspace.accepted, used.secret: Accepted(user_id, invitation_id, used.email)}
            return replace(workspace, invitations=_without(workspace.invitations, invitation_id), accepted=accepted)
        case _:
            return workspace


def _without(values: dict[Key, Value], key: Key) -> dict[Key, Value]:
    return {name: value for name, value in values.items() if name != key}
