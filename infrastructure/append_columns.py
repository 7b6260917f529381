"""Appends as the columns that the log's function takes."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from application.ports import IdempotencyKey, Write
from domain.kernel import Event, Record
from infrastructure import mapper

Kind: TypeAlias = Callable[[Event], bool]
"""Whether an event is of some kind."""


def never(event: Event) -> bool:
    """No event is of this kind."""
    return False


class Columns(Record):
    """The events of a command, column by column. One of them may be urgent, and all of them may be quiet."""

    streams: list[UUID]
    versions: list[int]
    topics: list[str]
    states: list[bytes]
    texts: dict[tuple[UUID, bytes], bytes]
    urgent: bool
    quiet: bool


def columns_of(writes: Sequence[Write], urgent: Kind, quiet: Kind) -> Columns:
    """What a command appends."""
    events = [event for write in writes for event in write.events]
    columns = Columns([], [], [], [], {}, any(map(urgent, events)), all(map(quiet, events)))
    for write in writes:
        workspace_id = write.context.workspace_id
        for kept in write.texts:
            columns.texts[workspace_id, bytes.fromhex(kept.ref.sha256)] = kept.text.encode()
        for version, event in enumerate(write.events, start=write.expected + 1):
            topic, state = mapper.encode(event, write.context)
            columns.streams.append(write.stream)
            columns.versions.append(version)
            columns.topics.append(topic)
            columns.states.append(state)
    return columns


def events(batch: Sequence[Columns]) -> tuple[list[Any], ...]:
    """Those of all commands one after the other, and the number of the command of each."""
    streams, versions, topics, states, commands = [], [], [], [], []
    for number, columns in enumerate(batch):
        streams += columns.streams
        versions += columns.versions
        topics += columns.topics
        states += columns.states
        commands += [number] * len(columns.streams)
    return streams, versions, topics, states, commands


def keys(batch: Sequence[IdempotencyKey | None]) -> tuple[list[Any], ...]:
    """The keys of those commands that have one, with the number of the command of each."""
    keyed = [(number, key) for number, key in enumerate(batch) if key is not None]
    return (
        [number for number, _ in keyed],
        [key.workspace_id for _, key in keyed],
        [key.key for _, key in keyed],
        [key.digest for _, key in keyed],
    )
