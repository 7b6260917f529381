"""Finds the event to blame where the database refuses what a read model has folded."""

from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import MapperDeserialisationError

from application.ports import EventStore, Recorded
from projections import poison
from projections.poison import Poisoned
from projections.table import Connection, Projection

REFUSED = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded)
"""What Postgres says of a value, and not of itself."""


class Judge:
    """It tries rows out in transactions that it takes back."""

    def __init__(self, projection: Projection[Any], store: EventStore, connection: Connection) -> None:
        self._projection = projection
        self._store = store
        self._connection = connection

    async def poisoned(self, rows: dict[UUID, Any], skipped: frozenset[int], error: Exception) -> Poisoned:
        """The event behind which a row is refused that was none before, or one that is refused with it."""
        async with self._connection.transaction(force_rollback=True):
            row = await self._first_refused(rows)
        recorded = await self._turning_point(row, skipped)
        return Poisoned.by(self._projection.name, recorded, error)

    async def _first_refused(self, rows: dict[UUID, Any]) -> Any:
        """The rows before it can be written, and it cannot behind them."""
        some, first, last = list(rows.items()), 0, len(rows)
        while last - first > 1:
            middle = (first + last) // 2
            if await self._accepted(dict(some[first:middle]), keep=True):
                first = middle
            else:
                last = middle
        return some[first][1]

    async def _turning_point(self, row: Any, skipped: frozenset[int]) -> Recorded:
        """The event from which on the row is refused, as far as that can be told; its last one otherwise."""
        try:
            past = await self._store.load(row.id)
        except MapperDeserialisationError:
            past = []
        if not past:  # it cannot be read, or the row is of something else than a stream
            return (await self._store.read(row.position - 1, 1))[0]
        told = [each for each in poison.without(skipped, past) if each.position <= row.position]
        fine, refused = -1, len(told) - 1
        while refused - fine > 1:
            middle = (fine + refused) // 2
            if await self._accepted(self._projection.fold(told[: middle + 1], {})):
                fine = middle
            else:
                refused = middle
        return told[refused]

    async def _accepted(self, rows: dict[UUID, Any], *, keep: bool = False) -> bool:
        try:
            async with self._connection.transaction(force_rollback=not keep):
                await self._projection.save(self._connection, rows)
        except REFUSED:
            return False
        return True
