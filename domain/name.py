"""Name: within a workspace a name belongs to one thing at a time."""

from typing import TypeAlias
from uuid import UUID

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, replace


class Claimed(Event, tag="name.claimed.v1"):
    owner_id: UUID


class Released(Event, tag="name.released.v1"):
    owner_id: UUID


Events: TypeAlias = Claimed | Released


class ClaimName(Command):
    owner_id: UUID
    label: str


class ReleaseName(Command):
    owner_id: UUID


Commands: TypeAlias = ClaimName | ReleaseName


class Holder(Record):
    owner_id: UUID | None = None


initial = Holder()


def decide(command: Commands, holder: Holder, context: Context) -> list[Events]:
    match command:
        case ClaimName(owner_id=owner_id) if holder.owner_id is None:
            return [Claimed(owner_id)]
        case ClaimName(owner_id=owner_id, label=label) if holder.owner_id != owner_id:
            raise Rejected(f"the name {label!r} is already taken in this workspace", code="name_taken", field="name")
        case ReleaseName(owner_id=owner_id) if holder.owner_id == owner_id:
            return [Released(owner_id)]
        case ClaimName() | ReleaseName():
            return []


def evolve(holder: Holder, event: Events) -> Holder:
    match event:
        case Claimed(owner_id=owner_id):
            return replace(holder, owner_id=owner_id)
        case Released():
            return initial


decider: Decider[Holder, Commands, Events] = Decider(initial, decide, evolve)
