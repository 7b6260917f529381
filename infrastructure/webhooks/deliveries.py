"""How far each webhook has come, and the deliveries that failed, were given up, or are to be tried again."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias
from uuid import UUID

from domain.kernel import Instant, Record
from infrastructure.database import Database

COLUMNS = "position, type, status, attempts, next_at, response_status, error, first_at, last_at"

POSITION = "SELECT position FROM webhook_positions WHERE webhook_id = %s"

ADVANCE = """
INSERT INTO webhook_positions (webhook_id, position) VALUES (%(id)s, %(position)s)
ON CONFLICT (webhook_id) DO UPDATE SET position = greatest(webhook_positions.position, excluded.position)
"""

DONE = "DELETE FROM webhook_deliveries WHERE webhook_id = %(id)s AND position = %(position)s"

KEEP = """
INSERT INTO webhook_deliveries (
    webhook_id, workspace_id, position, type, status, attempts, next_at, response_status, error
) VALUES (
    %(id)s, %(workspace)s, %(position)s, %(type)s, %(status)s, %(attempts)s, %(next_at)s, %(response_status)s, %(error)s
)
ON CONFLICT (webhook_id, position) DO UPDATE SET status = excluded.status, attempts = excluded.attempts,
    next_at = excluded.next_at, response_status = excluded.response_status, error = excluded.error, last_at = now()
"""

NEXT = f"""
SELECT {COLUMNS} FROM webhook_deliveries WHERE webhook_id = %s AND status = %s ORDER BY position LIMIT 1
"""  # noqa: S608 - the columns are ours

LISTED = f"""
SELECT {COLUMNS} FROM webhook_deliveries
WHERE workspace_id = %s AND webhook_id = %s AND position > %s ORDER BY position LIMIT %s
"""  # noqa: S608 - the columns are ours

REDRIVE = """
UPDATE webhook_deliveries SET status = 'redriven', attempts = 0, next_at = NULL
WHERE webhook_id = %s AND status = 'dead' AND (%s::bigint[] IS NULL OR position = ANY(%s::bigint[]))
"""

REDRIVEN = "SELECT DISTINCT webhook_id FROM webhook_deliveries WHERE status = 'redriven'"
COUNTS = "SELECT status, count(*) FROM webhook_deliveries GROUP BY status"
TYPE = "SELECT topic FROM events WHERE notification_id = %s"

FORGET_DELETED = """
WITH gone AS (SELECT id FROM webhooks WHERE status = 'deleted'),
     positions AS (DELETE FROM webhook_positions p USING gone WHERE p.webhook_id = gone.id),
     secrets AS (DELETE FROM webhook_secrets s USING gone WHERE s.webhook_id = gone.id)
DELETE FROM webhook_deliveries d USING gone WHERE d.webhook_id = gone.id
"""

Status: TypeAlias = Literal["failing", "redriven", "dead"]
STATUSES: tuple[Status, ...] = ("failing", "redriven", "dead")


class Delivery(Record):
    """A delivery that has not succeeded: it is tried again at `next_at`, or has been given up."""

    position: int
    type: str
    status: Status
    attempts: int
    next_at: Instant | None
    response_status: int | None
    error: str
    first_at: Instant
    last_at: Instant


class Deliveries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def position(self, webhook_id: UUID) -> int:
        """The last event that is dealt with; 0 where there is none."""
        row = await self._one(POSITION, webhook_id)
        return int(row[0]) if row else 0

    async def advance(self, webhook_id: UUID, position: int) -> None:
        """All events up to this position are dealt with; never goes back."""
        async with self._database.connection() as connection:
            await connection.execute(ADVANCE, {"id": webhook_id, "position": position})

    async def done(self, webhook_id: UUID, position: int) -> None:
        """The event was delivered."""
        values = {"id": webhook_id, "position": position}
        async with self._database.transaction() as connection, connection.pipeline():
            await connection.execute(ADVANCE, values)
            await connection.execute(DONE, values)

    async def failed(
        self,
        webhook_id: UUID,
        delivery: tuple[int, str, Status],
        *,
        workspace_id: UUID,
        attempts: int,
        next_at: Instant | None,
        response_status: int | None,
        error: str,
    ) -> None:
        """It did not succeed; where it is dead, the webhook goes on behind it."""
        position, kind, status = delivery
        tried = {"attempts": attempts, "next_at": next_at, "response_status": response_status, "error": error}
        about = {"id": webhook_id, "workspace": workspace_id, "position": position, "type": kind, "status": status}
        values = {**about, **tried}
        async with self._database.transaction() as connection:
            await connection.execute(KEEP, values)
            if status == "dead":
                await connection.execute(ADVANCE, values)

    async def next(self, webhook_id: UUID, status: Status) -> Delivery | None:
        """The first delivery in this state."""
        row = await self._one(NEXT, webhook_id, status)
        return Delivery(*row) if row else None

    async def listed(self, workspace_id: UUID, webhook_id: UUID, after: int, limit: int) -> list[Delivery]:
        """Deliveries of a webhook of this workspace that have not succeeded, by position."""
        async with self._database.reading(workspace_id) as connection:
            rows = await (await connection.execute(LISTED, (workspace_id, webhook_id, after, limit))).fetchall()
        return [Delivery(*row) for row in rows]

    async def redrive(self, webhook_id: UUID, positions: Sequence[int] | None) -> int:
        """Try these dead deliveries again, or all of them. Returns how many."""
        chosen = None if positions is None else list(positions)
        async with self._database.connection() as connection:
            return (await connection.execute(REDRIVE, (webhook_id, chosen, chosen))).rowcount

    async def redriven(self) -> set[UUID]:
        """The webhooks that have something to be tried again."""
        async with self._database.connection() as connection:
            return {webhook_id for (webhook_id,) in await (await connection.execute(REDRIVEN)).fetchall()}

    async def counts(self) -> dict[str, int]:
        """How many deliveries of all webhooks are in each state."""
        async with self._database.connection() as connection:
            found = dict(await (await connection.execute(COUNTS)).fetchall())
        return {status: found.get(status, 0) for status in STATUSES}

    async def type_at(self, position: int) -> str:
        """The stored name of the event at a position."""
        row = await self._one(TYPE, position)
        return str(row[0]) if row else ""

    async def forget_deleted(self) -> None:
        """Forget what belongs to webhooks that are no more."""
        async with self._database.connection() as connection:
            await connection.execute(FORGET_DELETED)

    async def _one(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        async with self._database.connection() as connection:
            return await (await connection.execute(statement, values)).fetchone()
