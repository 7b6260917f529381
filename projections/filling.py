"""Folds the log into an empty table of a read model, in memory as far as that goes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError
from psycopg.sql import SQL, Identifier

from application.ports import EventStore, Recorded
from projections import blame, poison
from projections.poison import Poisoned
from projections.table import AnyRow, Connection, Projection

SEARCH = SQL("SET LOCAL search_path = {}, {}")
CURRENT_SCHEMA = "SELECT current_schema()"

PAGE = 2_000
IN_MEMORY = 100_000
AT_A_TIME = 5_000


async def stand_in(connection: Connection, projection: Projection[Any], schema: str) -> str:
    """Make an empty table like the read model's in another schema, and let its name mean this one from here on.

    Ends with the transaction. Returns the schema of the real one.
    """
    row = await (await connection.execute(CURRENT_SCHEMA)).fetchone()
    home = str(row[0]) if row else "public"
    await connection.execute(SEARCH.format(Identifier(schema), Identifier(home)))
    await connection.execute(projection.schema.encode())
    return home


class Filling:
    """A table that is being filled; `position` is how far, `skipped` are the positions that it passes over."""

    def __init__(
        self, projection: Projection[AnyRow], store: EventStore, connection: Connection, skipped: frozenset[int]
    ) -> None:
        self.position = 0
        self.skipped = skipped
        self._projection: Projection[Any] = projection
        self._store = store
        self._connection = connection
        self._rows: dict[UUID, Any] = {}
        self._empty = True

    async def up_to(self, end: int) -> None:
        """Fold what stands before `end` and at it. Raises Poisoned."""
        while self.position < end:
            try:
                page = await self._store.read(self.position, min(PAGE, end - self.position))
            except MapperDeserialisationError as error:
                await self._pass_over(error)
                continue
            if not page:
                return
            await self._fold(poison.without(self.skipped, page))
            self.position = page[-1].position

    async def flush(self) -> None:
        """Write into the table what is in memory. Raises Poisoned where the database refuses a row."""
        rows, self._rows = self._rows, {}
        try:
            async with self._connection.transaction():
                await self._write(rows)
        except blame.REFUSED as error:
            judge = blame.Judge(self._projection, self._store, self._connection)
            raise await judge.poisoned(rows, self.skipped, error) from error

    async def _write(self, rows: dict[UUID, Any]) -> None:
        if self._empty:
            await self._projection.fill(self._connection, rows)
            self._empty = False
            return
        streams = list(rows)
        for start in range(0, len(streams), AT_A_TIME):
            some = {stream: rows[stream] for stream in streams[start : start + AT_A_TIME]}
            await self._projection.save(self._connection, some)

    async def _fold(self, page: Sequence[Recorded]) -> None:
        if not self._empty:
            absent = self._projection.streams(page) - self._rows.keys()
            self._rows |= await self._projection.load(self._connection, absent) if absent else {}
        try:
            self._projection.fold(page, self._rows)
        except Exception as error:
            raise self._blamed(page) from error
        if len(self._rows) >= IN_MEMORY:
            await self.flush()

    def _blamed(self, page: Sequence[Recorded]) -> Poisoned:
        """The event at which folding failed: the rows before it have its position or an earlier one."""
        for recorded in page:
            subject = self._projection.subject(recorded)
            row = self._rows.get(subject) if subject is not None else None
            if row is not None and row.position >= recorded.position:
                continue
            try:
                self._projection.fold([recorded], self._rows)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its event
                return Poisoned.by(self._projection.name, recorded, error)
        raise AssertionError("what failed once does not fail again")

    async def _pass_over(self, error: Exception) -> None:
        position = self.position + 1
        if position not in self.skipped:
            nouns = self._projection.nouns
            await poison.passable(self._connection, self._projection.name, nouns, position, error)
        self.position = position
