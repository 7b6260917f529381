"""What all read models share: a row folded from the events of one stream, kept as JSON beside what is searched."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import msgspec
import psycopg
from psycopg.sql import SQL, Composed, Identifier

from application.ports import Recorded
from application.registry import tag_of
from domain.kernel import Record

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]


class Row(Record, kw_only=True):
    """The columns that every read model has. `position` is that of the last event the row has seen."""

    id: UUID
    workspace_id: UUID
    position: int


AnyRow = TypeVar("AnyRow", bound=Row)

SELECT = SQL("SELECT body::text FROM {table} WHERE id = ANY(%s)")
UPSERT = SQL(
    "INSERT INTO {table} (id, workspace_id, position, body)"
    " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::jsonb[])"
    " ON CONFLICT (id) DO UPDATE SET position = excluded.position, body = excluded.body"
)
DELETE = SQL("DELETE FROM {table}")
ONE = SQL("SELECT body::text FROM {table} WHERE workspace_id = %s AND id = %s")


class Projection(Record, Generic[AnyRow]):
    """A read model: its table, the noun whose events it folds, and the fold of one event into a row."""

    name: str
    noun: str
    schema: str
    row: type[AnyRow]
    evolve: Callable[[AnyRow | None, Recorded], AnyRow]

    def concerns(self, recorded: Recorded) -> bool:
        return tag_of(type(recorded.event)).startswith(f"{self.noun}.")

    def fold(self, events: Sequence[Recorded], rows: dict[UUID, AnyRow]) -> dict[UUID, AnyRow]:
        """The rows after the events; `rows` holds what was there before, by stream."""
        changed = dict(rows)
        for recorded in events:
            if self.concerns(recorded):
                changed[recorded.stream] = self.evolve(changed.get(recorded.stream), recorded)
        return changed

    async def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Fold a batch of events into the table, within the caller's transaction."""
        streams = list({recorded.stream for recorded in events if self.concerns(recorded)})
        if not streams:
            return
        cursor = await connection.execute(self._sql(SELECT), (streams,))
        before = {row.id: row for row in [self.parse(body) for (body,) in await cursor.fetchall()]}
        await self.save(connection, self.fold(events, before))

    async def save(self, connection: Connection, rows: dict[UUID, AnyRow]) -> None:
        """Write the rows over what is there."""
        columns = (
            [row.id for row in rows.values()],
            [row.workspace_id for row in rows.values()],
            [row.position for row in rows.values()],
            [msgspec.json.encode(row).decode() for row in rows.values()],
        )
        await connection.execute(self._sql(UPSERT), columns)

    async def clear(self, connection: Connection) -> None:
        await connection.execute(self._sql(DELETE))

    async def one(self, connection: Connection, workspace_id: UUID, row_id: UUID) -> AnyRow | None:
        """The row of this workspace with this id."""
        found = await (await connection.execute(self._sql(ONE), (workspace_id, row_id))).fetchone()
        return self.parse(found[0]) if found else None

    def parse(self, body: str) -> AnyRow:
        return msgspec.json.decode(body, type=self.row)

    def _sql(self, statement: SQL) -> Composed:
        return statement.format(table=Identifier(self.name))
