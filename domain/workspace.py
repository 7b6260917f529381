"""Workspace: the tenant; who belongs to it, and in which role."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Command, Context, Decider, Event, Name, Record, Rejected, replace

Role: TypeAlias = Literal["admin", "user", "agent"]


class Created(Event, tag="workspace.created.v1"):
    name: str


class MemberAdded(Event, tag="workspace.member_added.v1"):
    user_id: UUID
    role: Role


class MemberRemoved(Event, tag="workspace.member_removed.v1"):
    user_id: UUID


Events: TypeAlias = Created | MemberAdded | MemberRemoved


class CreateWorkspace(Command):
    name: Name


class AddMember(Command):
    user_id: UUID
    role: Role


class RemoveMember(Command):
    user_id: UUID


Commands: TypeAlias = CreateWorkspace | AddMember | RemoveMember


class Workspace(Record):
    name: str | None = None
    members: dict[UUID, Role] = {}


initial = Workspace()


def decide(command: Commands, workspace: Workspace, context: Context) -> list[Events]:
    match command:
        case CreateWorkspace(name):
            if workspace.name is None:
                return [Created(name)]
            if workspace.name == name:
                return []
            raise Rejected("this workspace exists already under another name")
        case _ if workspace.name is None:
            raise Rejected(f"{type(command).__name__} refused: the workspace does not exist")
        case AddMember(user_id, role):
            return _add(user_id, role, workspace)
        case RemoveMember(user_id):
            return _remove(user_id, workspace)


def _add(user_id: UUID, role: Role, workspace: Workspace) -> list[Events]:
    if workspace.members.get(user_id) == role:
        return []
    _keep_an_admin(user_id, workspace)
    return [MemberAdded(user_id, role)]


def _remove(user_id: UUID, workspace: Workspace) -> list[Events]:
    if user_id not in workspace.members:
        return []
    _keep_an_admin(user_id, workspace)
    return [MemberRemoved(user_id)]


def _keep_an_admin(leaving: UUID, workspace: Workspace) -> None:
    admins = [member for member, role in workspace.members.items() if role == "admin"]
    if admins == [leaving]:
        raise Rejected("the last admin of a workspace stays its admin; make another member an admin first")


def evolve(workspace: Workspace, event: Events) -> Workspace:
    match event:
        case Created(name):
            return replace(workspace, name=name)
        case MemberAdded(user_id, role):
            return replace(workspace, members={**workspace.members, user_id: role})
        case MemberRemoved(user_id):
            members = {member: role for member, role in workspace.members.items() if member != user_id}
            return replace(workspace, members=members)


decider: Decider[Workspace, Commands, Events] = Decider(initial, decide, evolve)
