"""What all read models share: a row folded from the events of one stream, kept as JSON beside what is searched."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

import msgspec
import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal
from psycopg.types.json import Jsonb

from application.ports import Recorded
from application.registry import events_of
from domain.kernel import Event, Record

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]


class Database(Protocol):
    """Where read models are kept. Work on a lost server raises Unavailable."""

    def connection(self, *, patient: bool = False) -> AbstractAsyncContextManager[Connection]:
        """A connection in autocommit mode for one piece of work; a statement of patient work may take long."""
        ...

    def transaction(self, *, patient: bool = False) -> AbstractAsyncContextManager[Connection]:
        """A connection whose work is committed at the end, or not at all."""
        ...


class Row(Record, kw_only=True):
    """The columns that every read model has. `position` is that of the last event the row has seen."""

    id: UUID
    workspace_id: UUID
    position: int


@cache
def _events_of(nouns: frozenset[str]) -> frozenset[type[Event]]:
    return frozenset[type[Event]]().union(*(events_of(noun) for noun in nouns))


AnyRow = TypeVar("AnyRow", bound=Row)

SELECT = SQL("SELECT body::text FROM {table} WHERE id = ANY(%b)")
UPSERT = SQL(
    "INSERT INTO {table} (id, workspace_id, position, body)"
    " SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::bigint[], %b::jsonb[])"
    " ON CONFLICT (id) DO UPDATE SET position = excluded.position, body = excluded.body"
)
COPY = SQL("COPY {table} (id, workspace_id, position, body) FROM STDIN (FORMAT BINARY)")
TYPES = ["uuid", "uuid", "int8", "jsonb"]
ONE = SQL("SELECT body::text FROM {table} WHERE workspace_id = %s AND id = %s")
GUARD = SQL("SELECT let_requests_read({})")

_encode = msgspec.json.Encoder().encode


class Projection(Record, Generic[AnyRow]):
    """A read model: its table, the noun whose events it folds, and the fold of one event into a row.

    A row is of a stream, unless `subject` tells what else an event is about; None is no concern of the read model.
    """

    name: str
    noun: str
    definition: str
    row: type[AnyRow]
    evolve: Callable[[AnyRow | None, Recorded], AnyRow]
    more_nouns: frozenset[str] = frozenset()
    subject: Callable[[Recorded], UUID | None] = attrgetter("stream")

    @property
    def schema(self) -> str:
        """What makes the table where it is missing, and lets requests see the rows of their own workspace only."""
        return f"{self.definition}\n{GUARD.format(Literal(self.name)).as_string(None)}"

    @property
    def nouns(self) -> frozenset[str]:
        return self.more_nouns | {self.noun}

    def streams(self, events: Iterable[Recorded]) -> set[UUID]:
        """The streams, or whatever else rows are of, whose rows these events change."""
        known = self._known()
        return {row for each in events if type(each.event) in known and (row := self.subject(each)) is not None}

    def concerns(self, recorded: Recorded) -> bool:
        """Whether the event changes a row."""
        return type(recorded.event) in self._known() and self.subject(recorded) is not None

    def fold(self, events: Iterable[Recorded], rows: dict[UUID, AnyRow]) -> dict[UUID, AnyRow]:
        """Fold the events into `rows`, which holds what was there before, by what it is of. Returns `rows`."""
        known, evolve, subject = self._known(), self.evolve, self.subject
        for recorded in events:
            if type(recorded.event) in known and (row := subject(recorded)) is not None:
                rows[row] = evolve(rows.get(row), recorded)
        return rows

    def _known(self) -> frozenset[type[Event]]:
        return _events_of(self.nouns)

    async def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Fold a batch of events into the table, within the caller's transaction."""
        if streams := self.streams(events):
            await self.save(connection, self.fold(events, await self.load(connection, streams)))

    async def load(self, connection: Connection, streams: Collection[UUID]) -> dict[UUID, AnyRow]:
        """The rows of these streams, as far as there are any."""
        cursor = await connection.execute(self._sql(SELECT), (list(streams),), binary=True)
        decode = msgspec.json.Decoder(self.row).decode
        rows = [decode(body) for (body,) in await cursor.fetchall()]
        return {row.id: row for row in rows}

    async def save(self, connection: Connection, rows: dict[UUID, AnyRow]) -> None:
        """Write the rows over what is there."""
        columns = (
            list(rows),
            [row.workspace_id for row in rows.values()],
            [row.position for row in rows.values()],
            [Jsonb(row, _encode) for row in rows.values()],
        )
        await connection.execute(self._sql(UPSERT), columns)

    async def fill(self, connection: Connection, rows: dict[UUID, AnyRow]) -> None:
        """Write the rows into the table, which holds none of them."""
        async with connection.cursor() as cursor, cursor.copy(self._sql(COPY)) as copy:
            copy.set_types(TYPES)
            for row in rows.values():
                await copy.write_row((row.id, row.workspace_id, row.position, Jsonb(row, _encode)))

    async def one(self, connection: Connection, workspace_id: UUID, row_id: UUID) -> AnyRow | None:
        """The row of this workspace with this id."""
        found = await (await connection.execute(self._sql(ONE), (workspace_id, row_id))).fetchone()
        return self.parse(found[0]) if found else None

    def parse(self, body: str) -> AnyRow:
        return msgspec.json.decode(body, type=self.row)

    def _sql(self, statement: SQL) -> Composed:
        return statement.format(table=Identifier(self.name))
