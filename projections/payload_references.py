"""How often the events of a workspace refer to each payload; what nothing refers to may be collected."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
import structlog
from eventsourcing.persistence import MapperDeserialisationError

from application.errors import UnderWay
from application.ports import EventStore, Recorded
from domain import memory
from domain.kernel import Event, PayloadRef
from projections import poison, positions
from projections.runner import Consumer
from projections.table import Connection, Database

ADD = """
INSERT INTO payload_references (workspace_id, sha256, count)
SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::bigint[])
ON CONFLICT (workspace_id, sha256) DO UPDATE SET count = payload_references.count + excluded.count
"""

FORGET = "DELETE FROM payload_references"

NAME = "payload_references"

PAGE = 2_000
AT_A_TIME = 10_000
NEAR = 500
"""So few events may be missing when the position is locked."""

GIVING_UP = memory.Forgotten
"""Events of which each says that a text is no longer needed for something that referred to it once before."""

log = structlog.get_logger()

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
    """How often these events refer to each payload; one that gives a text up takes an earlier reference back."""
    found: Counter[Payload] = Counter()
    for recorded in events:
        each = -1 if isinstance(recorded.event, GIVING_UP) else 1
        for ref in references(recorded.event):
            found[recorded.context.workspace_id, ref.sha256] += each
    return found


async def apply(connection: Connection, events: Sequence[Recorded]) -> None:
    """Add the references of a batch, within the transaction that moves the position."""
    await _add(connection, counted(events))


async def _add(connection: Connection, found: Counter[Payload]) -> None:
    ordered = sorted(found.items())
    for start in range(0, len(ordered), AT_A_TIME):
        some = ordered[start : start + AT_A_TIME]
        workspaces = [workspace_id for (workspace_id, _), _ in some]
        hashes = [bytes.fromhex(sha256) for (_, sha256), _ in some]
        await connection.execute(ADD, (workspaces, hashes, [count for _, count in some]))


async def recount(store: EventStore, database: Database) -> tuple[int, int]:
    """Count all references anew while everybody goes on. Returns how many payloads are referred to, and the position.

    The old counts serve until the new ones take their place, all at once. Raises UnderWay, Poisoned or Unavailable.
    """
    async with database.transaction() as connection:
        await positions.enlist(connection, NAME)
    count = _Recount(store, database, await poison.skipped(store, NAME))
    while (head := await store.head()) - count.position > NEAR:
        await count.up_to(head)
    async with database.transaction() as connection:
        await count.up_to(max(await positions.locked(connection, NAME), await store.head()))
        if await poison.skipped(store, NAME) != count.skipped:
            raise UnderWay(f"somebody has just decided about an event of {NAME}; count anew once more")
        await connection.execute(FORGET)
        await _add(connection, count.found)
        await positions.advance(connection, NAME, count.position)
    log.info("projection.rebuilt", projection=NAME, position=count.position)
    return len(count.found), count.position


class _Recount:
    """What was counted up to `position`, without the positions that are skipped."""

    def __init__(self, store: EventStore, database: Database, skipped: frozenset[int]) -> None:
        self.found: Counter[Payload] = Counter()
        self.position = 0
        self.skipped = skipped
        self._store = store
        self._database = database

    async def up_to(self, end: int) -> None:
        """Count what stands before `end` and at it. Raises Poisoned."""
        while self.position < end:
            try:
                page = await self._store.read(self.position, min(PAGE, end - self.position))
            except MapperDeserialisationError as error:
                await self._pass_over(error)
                continue
            if not page:
                return
            self.found.update(counted(poison.without(self.skipped, page)))
            self.position = page[-1].position

    async def _pass_over(self, error: Exception) -> None:
        if self.position + 1 not in self.skipped:
            async with self._database.connection() as connection:
                await poison.passable(connection, NAME, EveryNoun(), self.position + 1, error)
        self.position += 1


consumer = Consumer(NAME, EveryNoun(), apply)
