"""Pages of the log: of one stream, or of what matches a filter; each reads what was asked for and little more."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from application import upcasting
from application.ports import Recorded
from application.registry import EVENT_TYPES
from domain.kernel import Record
from infrastructure import mapper
from infrastructure.database import Database

# The version of the event at the cursor leads into the primary key; a cursor that lies elsewhere only reads longer.
OF_STREAM = """
SELECT originator_id, originator_version, topic, state, notification_id FROM events
WHERE originator_id = %(stream)s AND notification_id > %(after)s AND originator_version > coalesce((
    SELECT e.originator_version FROM events e WHERE e.notification_id = %(after)s AND e.originator_id = %(stream)s
), 0)
ORDER BY originator_version LIMIT %(limit)s
"""

ENDS = """
SELECT f.originator_id, f.originator_version, f.topic, f.state, f.notification_id, (
    SELECT l.notification_id FROM events l WHERE l.originator_id = %(stream)s ORDER BY l.originator_version DESC LIMIT 1
)
FROM events f WHERE f.originator_id = %(stream)s ORDER BY f.originator_version LIMIT 1
"""

# Ids stand in the state as text: what does not hold them cannot match, and what does is looked at after decoding.
MATCHING = """
SELECT originator_id, originator_version, topic, state, notification_id FROM events
WHERE notification_id > %(after)s AND notification_id <= %(until)s
  AND (%(topics)s::text[] IS NULL OR topic = ANY(%(topics)s::text[]))
  AND (%(named)s::uuid IS NULL OR originator_id = %(named)s
       OR position(convert_to(%(named)s::uuid::text, 'UTF8') IN state) > 0)
  AND position(convert_to(%(workspace)s::uuid::text, 'UTF8') IN state) > 0
ORDER BY notification_id LIMIT %(limit)s
"""

SCANNED = 25_000
"""Positions that one page looks at, at the most, however few of them match."""


class Ends(Record):
    """The first event of a stream, and the position of its last one."""

    first: Recorded
    last: int


class Page(Record):
    """Events in order. The next page is behind `next`; None at the end."""

    events: Sequence[Recorded]
    next: int | None


class LogPages:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ends(self, stream: UUID) -> Ends | None:
        """Where a stream begins and ends; None where there is none."""
        rows = await self._rows(ENDS, {"stream": stream})
        return Ends(mapper.decode(*rows[0][:5]), rows[0][5]) if rows else None

    async def of_stream(self, stream: UUID, after: int, limit: int) -> Page:
        """Events of a stream behind a position. Raises MapperDeserialisationError at one that cannot be read."""
        rows = await self._rows(OF_STREAM, {"stream": stream, "after": after, "limit": limit + 1})
        events = mapper.readable(rows[:limit])
        return Page(events, events[-1].position if len(events) < len(rows) else None)

    async def matching(
        self, workspace_id: UUID, after: int, head: int, limit: int, *, type_prefix: str | None, named: UUID | None
    ) -> Page:
        """What may match up to `head`: all that does, and seldom more. `named` is a stream or a correlation id.

        A page may be empty and have a next one. Raises MapperDeserialisationError at an event that cannot be read.
        """
        until = min(head, after + SCANNED)
        topics = None if type_prefix is None else [*_topics(type_prefix)]
        values = {"after": after, "until": until, "workspace": workspace_id, "limit": limit}
        rows = await self._rows(MATCHING, {**values, "topics": topics, "named": named})
        events = mapper.readable(rows)
        whole = len(events) == len(rows) < limit
        seen = until if whole else events[-1].position
        return Page(events, seen if seen < head else None)

    async def _rows(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        async with self._database.connection() as connection:
            return await (await connection.execute(statement, values, binary=True)).fetchall()


def _topics(prefix: str) -> Iterable[str]:
    """The stored names of events whose type begins so, also of those that are written otherwise today."""
    yield from (tag for tag in EVENT_TYPES if tag.startswith(prefix))
    yield from upcasting.RETIRED
