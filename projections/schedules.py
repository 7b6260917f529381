"""The schedules of a workspace, and when each of them is due."""

from uuid import UUID

from application.ports import Recorded
from domain import schedule
from domain.kernel import Instant, Record, replace
from domain.schedule import Terms
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS schedules (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    status text GENERATED ALWAYS AS (body ->> 'status') STORED,
    due timestamptz GENERATED ALWAYS AS (to_timestamp((body ->> 'due')::double precision)) STORED
);
CREATE INDEX IF NOT EXISTS schedules_workspace_idx ON schedules (workspace_id) WHERE status <> 'removed';
CREATE INDEX IF NOT EXISTS schedules_due_idx ON schedules (due) WHERE status = 'active';
"""

ALL = """
SELECT body::text FROM schedules WHERE workspace_id = %s AND status <> 'removed'
ORDER BY lower(body ->> 'name'), id
"""
DUE = "SELECT workspace_id, id FROM schedules WHERE status = 'active' AND due <= %s ORDER BY due LIMIT %s"


class SkippedMoment(Record):
    """A moment that was passed over, and why."""

    at: Instant
    code: str
    detail: str


class ScheduleRow(Row, kw_only=True):
    """`due` is `next_at` in seconds since 1970; `skipped` is the last moment, where nothing was started at it."""

    name: str = ""
    workflow_id: UUID | None = None
    terms: Terms | None = None
    status: str = "active"
    next_at: Instant | None = None
    due: float | None = None
    last_at: Instant | None = None
    last_run: UUID | None = None
    skipped: SkippedMoment | None = None
    created_at: Instant


def evolve(row: ScheduleRow | None, recorded: Recorded) -> ScheduleRow:
    if row is None:
        context = recorded.context
        row = ScheduleRow(id=recorded.stream, workspace_id=context.workspace_id, position=0, created_at=context.at)
    row = replace(row, position=recorded.position)
    match recorded.event:
        case schedule.Created(name, workflow_id, terms, next_at):
            return _due(replace(row, name=name, workflow_id=workflow_id, terms=terms), next_at)
        case schedule.Revised(terms, next_at):
            return _due(replace(row, terms=terms, status=_again(row.status)), next_at)
        case schedule.Fired(at, run_id, next_at):
            return _seen_to(replace(row, last_at=at, last_run=run_id, skipped=None), next_at)
        case schedule.Skipped(at, code, detail, next_at):
            return _seen_to(replace(row, skipped=SkippedMoment(at, code, detail)), next_at)
        case schedule.Paused():
            return replace(row, status="paused")
        case schedule.Resumed(next_at):
            return _due(replace(row, status="active"), next_at)
        case schedule.Removed():
            return _due(replace(row, status="removed"), None)
        case _:
            return row


def _again(status: str) -> str:
    return "active" if status == "ended" else status


def _seen_to(row: ScheduleRow, next_at: Instant | None) -> ScheduleRow:
    return _due(row if next_at is not None else replace(row, status="ended"), next_at)


def _due(row: ScheduleRow, next_at: Instant | None) -> ScheduleRow:
    return replace(row, next_at=next_at, due=None if next_at is None else next_at.timestamp())


projection = Projection("schedules", "schedule", SCHEMA, ScheduleRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[ScheduleRow]:
    """Those that are not removed, by name."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]


async def due(connection: Connection, now: Instant, limit: int = 1_000) -> list[tuple[UUID, UUID]]:
    """The workspaces and ids of the schedules that are due by now, the longest due first."""
    return [(workspace, name) for workspace, name in await (await connection.execute(DUE, (now, limit))).fetchall()]
