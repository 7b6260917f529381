"""How often the events of a workspace refer to each payload; what nothing refers to may be collected."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from application.ports import Recorded
from domain.kernel import Event, PayloadRef
from projections.runner import Consumer
from projections.table import Connection

ADD = """
INSERT INTO payload_references (workspace_id, sha256, count)
SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::bigint[])
ON CONFLICT (workspace_id, sha256) DO UPDATE SET count = payload_references.count + excluded.count
"""

# The follower finds its position moved, and counts from the beginning; nothing is collected until it has caught up.
RECOUNT = """
WITH moved AS (UPDATE projection_positions SET position = 0 WHERE name = 'payload_references' RETURNING name)
DELETE FROM payload_references USING moved
"""

NAME = "payload_references"

Payload: TypeAlias = tuple[UUID, str]
"""The workspace, and the hash in hexadecimal."""


class EveryNoun(frozenset[str]):
    """An event that cannot be read may refer to anything, so each one stops the counting, and with it the sweep."""

    def __contains__(self, noun: object) -> bool:
        return True


def references(event: Event) -> Iterator[PayloadRef]:
    """The references that an event carries, at whatever depth."""
    return _within(event) if _bears(type(event)) else iter(())


@cache
def _bears(kind: type[Event]) -> bool:
    """Whether events of this kind can carry a reference at all."""
    return PayloadRef.__name__ in msgspec.json.schema(kind)["$defs"]


def _within(value: Any) -> Iterator[PayloadRef]:
    match value:
        case PayloadRef():
            yield value
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _within(getattr(value, name))
        case tuple() | list() | frozenset() | set():
            for each in value:
                yield from _within(each)
        case dict():
            yield from _within(tuple(value.values()))
        case _:
            return


def counted(events: Sequence[Recorded]) -> Counter[Payload]:
    """How often these events refer to each payload."""
    return Counter(
        (recorded.context.workspace_id, ref.sha256) for recorded in events for ref in references(recorded.event)
    )


async def apply(connection: Connection, events: Sequence[Recorded]) -> None:
    """Add the references of a batch, within the transaction that moves the position."""
    if found := sorted(counted(events).items()):
        workspaces = [workspace_id for (workspace_id, _), _ in found]
        hashes = [bytes.fromhex(sha256) for (_, sha256), _ in found]
        await connection.execute(ADD, (workspaces, hashes, [count for _, count in found]))


async def recount(connection: Connection) -> None:
    """Begin to count anew, within the caller's transaction."""
    await connection.execute(RECOUNT)


consumer = Consumer(NAME, EveryNoun(), apply)
