"""Projection: what follows the log under a name; somebody may decide that it passes over an event that stops it."""

from typing import Annotated, TypeAlias
from uuid import UUID, uuid5

import msgspec

from domain.kernel import Command, Context, Decider, Event, Name, Record, Text, replace

SYSTEM_WORKSPACE = UUID("00000000-0000-4000-8000-000000000002")
"""Read models are of all workspaces, so what is decided about them belongs to Z2 itself."""

Position: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
Reason: TypeAlias = Annotated[Text, msgspec.Meta(min_length=1, max_length=1_000)]


def stream_of(name: str) -> UUID:
    """The stream of the decisions about a read model or a policy."""
    return uuid5(SYSTEM_WORKSPACE, f"projection:{name}")


class EventSkipped(Event, tag="projection.event_skipped.v1"):
    """From now on, and in every rebuild, the event at `position` is passed over."""

    name: str
    position: int
    event_type: str
    reason: str


class EventRestored(Event, tag="projection.event_restored.v1"):
    """The event at `position` is passed over no longer; the next rebuild folds it."""

    name: str
    position: int
    reason: str


Events: TypeAlias = EventSkipped | EventRestored


class SkipEvent(Command):
    """Pass over the event at `position`, because of `reason`."""

    name: Name
    position: Position
    event_type: Name
    reason: Reason


class RestoreEvent(Command):
    """Pass over the event at `position` no longer, because of `reason`."""

    name: Name
    position: Position
    reason: Reason


Commands: TypeAlias = SkipEvent | RestoreEvent


class Projection(Record):
    skipped: frozenset[int] = frozenset()


initial = Projection()


def decide(command: Commands, projection: Projection, context: Context) -> list[Events]:
    match command:
        case SkipEvent(name, position, event_type, reason) if position not in projection.skipped:
            return [EventSkipped(name, position, event_type, reason)]
        case RestoreEvent(name, position, reason) if position in projection.skipped:
            return [EventRestored(name, position, reason)]
        case _:
            return []


def evolve(projection: Projection, event: Events) -> Projection:
    match event:
        case EventSkipped(position=position):
            return replace(projection, skipped=projection.skipped | {position})
        case EventRestored(position=position):
            return replace(projection, skipped=projection.skipped - {position})


decider: Decider[Projection, Commands, Events] = Decider(initial, decide, evolve)
