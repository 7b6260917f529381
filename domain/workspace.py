"""Workspace: the tenant; who belongs to it in which role, who is invited, and what its own roles may do."""

from typing import TypeAlias
from uuid import UUID

from domain import workspace_state
from domain.kernel import Command, Context, Decider, Digest, Instant, Name, Rejected, Sealed, Slug, refusal
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

Workspace: TypeAlias = workspace_state.Workspace

BUILT_IN_ROLES = ("admin", "user", "agent")
"""Every workspace has these; nobody can redefine them."""

BY_HAND = workspace_state.BY_HAND

MOST_INVITATIONS = 1_000


class CreateWorkspace(Command):
    """The founder is its first admin; without one it has no member yet."""

    name: Name
    founder: UUID | None = None


class RenameWorkspace(Command):
    name: Name


class AddMember(Command):
    """Make somebody a member, or give a member another role."""

    user_id: UUID
    role: Slug
    source: str = BY_HAND


class ChangeRole(Command):
    """Give somebody who is a member another role."""

    user_id: UUID
    role: Slug


class RemoveMember(Command):
    user_id: UUID
    source: str = BY_HAND


class SuspendMember(Command):
    """Count on them no more as an admin, because their account is disabled."""

    user_id: UUID


class ReinstateMember(Command):
    user_id: UUID


class DefineRole(Command):
    """Make a role of the workspace's own, or change what it may do."""

    role: Slug
    scopes: tuple[str, ...]


class RemoveRole(Command):
    role: Slug


class Invite(Command):
    invitation_id: UUID
    role: Slug
    secret: Digest
    expires_at: Instant
    email: Sealed | None = None


class WithdrawInvitation(Command):
    invitation_id: UUID


class AcceptInvitation(Command):
    invitation_id: UUID
    secret: Digest
    user_id: UUID


Commands: TypeAlias = (
    CreateWorkspace
    | RenameWorkspace
    | AddMember
    | ChangeRole
    | RemoveMember
    | SuspendMember
    | ReinstateMember
    | DefineRole
    | RemoveRole
    | Invite
    | WithdrawInvitation
    | AcceptInvitation
)


def decide(command: Commands, workspace: Workspace, context: Context) -> list[Events]:
    match command:
        case CreateWorkspace(name, founder):
            return _create(name, founder, workspace)
        case _ if workspace.name is None:
            raise refusal(type(command), "workspace", "absent")
        case RenameWorkspace(name):
            return [] if name == workspace.name else [Renamed(name)]
        case DefineRole(role, scopes):
            return _define(role, scopes, workspace)
        case RemoveRole(role):
            return _remove_role(role, workspace, context)
        case Invite() | WithdrawInvitation() | AcceptInvitation():
            return _invite(command, workspace, context)
        case _:
            return _change_members(command, workspace)


def _create(name: str, founder: UUID | None, workspace: Workspace) -> list[Events]:
    if workspace.name is None:
        return [Created(name), *([MemberAdded(founder, "admin")] if founder else [])]
    if workspace.name == name and (founder is None or founder in workspace.members):
        return []
    raise Rejected("this workspace exists already under another name")


def _change_members(command: Commands, workspace: Workspace) -> list[Events]:
    match command:
        case AddMember(user_id, role, source):
            return _add(user_id, role, source, workspace)
        case ChangeRole(user_id, role):
            if user_id not in workspace.members:
                raise Rejected("there is no such member in this workspace", code="not_found")
            return _add(user_id, role, BY_HAND, workspace)
        case RemoveMember(user_id, source) if user_id in workspace.members and _may(source, user_id, workspace):
            _keep_an_admin(user_id, workspace)
            return [MemberRemoved(user_id, source)]
        case SuspendMember(user_id) if user_id in workspace.members.keys() - workspace.suspended:
            _keep_an_admin(user_id, workspace)
            return [MemberSuspended(user_id)]
        case ReinstateMember(user_id) if user_id in workspace.suspended:
            return [MemberReinstated(user_id)]
        case _:
            return []


def _add(user_id: UUID, role: str, source: str, workspace: Workspace) -> list[Events]:
    check_role(role, workspace)
    by_hand = source == BY_HAND
    if not by_hand and user_id in workspace.removed_by_hand:
        raise Rejected("a person removed this member; a person has to add them again", code="removed_by_hand")
    if not _may(source, user_id, workspace):
        return []
    if workspace.members.get(user_id) == role and by_hand != (user_id in workspace.by_claim):
        return []
    if role != "admin":
        _keep_an_admin(user_id, workspace)
    return [MemberAdded(user_id, role, source)]


def _may(source: str, user_id: UUID, workspace: Workspace) -> bool:
    """Whether this source has a say: what a person gave, no claim changes, though it was read a moment before."""
    return source == BY_HAND or user_id not in workspace.members or user_id in workspace.by_claim


def _keep_an_admin(leaving: UUID, workspace: Workspace) -> None:
    if workspace.admins == {leaving}:
        raise Rejected("the last admin of a workspace stays its admin; make another member an admin first")


def check_role(role: str, workspace: Workspace) -> None:
    """Raise Rejected where the workspace has no such role."""
    if role not in BUILT_IN_ROLES and role not in workspace.roles:
        known = ", ".join((*BUILT_IN_ROLES, *workspace.roles))
        raise Rejected(f"this workspace has no role {role!r}; it has {known}", code="invalid_role", field="role")


def _define(role: str, scopes: tuple[str, ...], workspace: Workspace) -> list[Events]:
    if role in BUILT_IN_ROLES:
        raise Rejected(f"the role {role!r} is built in; give yours another name", code="invalid_role", field="role")
    scopes = tuple(sorted(set(scopes)))
    return [] if workspace.roles.get(role) == scopes else [RoleDefined(role, scopes)]


def _remove_role(role: str, workspace: Workspace, context: Context) -> list[Events]:
    if role not in workspace.roles:
        return []
    open_ones = [each.role for each in workspace.invitations.values() if context.at < each.expires_at]
    held = [*workspace.members.values(), *open_ones].count(role)
    if held:
        raise Rejected(f"{held} members or invitations have the role {role!r}; change these first")
    return [RoleRemoved(role)]


def _invite(command: Commands, workspace: Workspace, context: Context) -> list[Events]:
    match command:
        case Invite(invitation_id, role, secret, expires_at, email):
            check_role(role, workspace)
            if invitation_id in workspace.invitations:
                raise Rejected("this invitation exists already")
            if sum(context.at < each.expires_at for each in workspace.invitations.values()) >= MOST_INVITATIONS:
                raise Rejected(f"{MOST_INVITATIONS:,} invitations are open; withdraw one first")
            return [Invited(invitation_id, role, secret, expires_at, email)]
        case WithdrawInvitation(invitation_id):
            return [InvitationWithdrawn(invitation_id)] if invitation_id in workspace.invitations else []
        case AcceptInvitation(invitation_id, secret, user_id):
            return _accept(invitation_id, secret, user_id, workspace, context)
        case _:
            raise AssertionError(command)


def _accept(invitation_id: UUID, secret: str, user_id: UUID, workspace: Workspace, context: Context) -> list[Events]:
    earlier = workspace.accepted.get(secret)
    if earlier is not None and earlier.user_id == user_id:
        return []
    invitation = workspace.invitations.get(invitation_id)
    if invitation is None or invitation.secret != secret or context.at >= invitation.expires_at:
        raise Rejected("this invitation has been used, withdrawn or has expired", code="link_void")
    check_role(invitation.role, workspace)
    accepted = InvitationAccepted(invitation_id, user_id)
    return [accepted] if user_id in workspace.members else [accepted, MemberAdded(user_id, invitation.role)]


decider: Decider[Workspace, Commands, Events] = Decider(workspace_state.initial, decide, workspace_state.evolve)
