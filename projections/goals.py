"""The goals of a workspace, what became of each, and those whose planner is done while nobody has heard of it."""

from typing import Literal
from uuid import UUID

from application.goals.drafts import Awaited
from application.ports import Recorded
from domain import goal
from domain.kernel import Instant, PayloadRef, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS goals (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    first_position bigint GENERATED ALWAYS AS ((body ->> 'first_position')::bigint) STORED
);
CREATE INDEX IF NOT EXISTS goals_newest_idx ON goals (workspace_id, first_position DESC);
CREATE INDEX IF NOT EXISTS goals_asked_idx ON goals (id) WHERE body ->> 'status' = 'asked';
"""

NEWEST = """
SELECT body::text FROM goals
WHERE workspace_id = %(workspace)s AND (%(before)s::bigint IS NULL OR first_position < %(before)s)
ORDER BY first_position DESC LIMIT %(limit)s
"""
AWAITED = """
SELECT goals.workspace_id, goals.id
FROM goals JOIN runs AS planner ON planner.id = (goals.body ->> 'planned_by')::uuid
WHERE goals.body ->> 'status' = 'asked' AND planner.status IN ('completed', 'failed', 'cancelled')
LIMIT %s
"""


class GoalRow(Row, kw_only=True):
    """`first_position` is that of the event by which it was asked for."""

    first_position: int
    asked_at: Instant
    asked_by: UUID
    status: Literal["asked", "drafted", "refused", "accepted"] = "asked"
    text: PayloadRef | None = None
    planned_by: UUID | None = None
    run_id: UUID | None = None


def evolve(row: GoalRow | None, recorded: Recorded) -> GoalRow:
    if row is None:
        context, position = recorded.context, recorded.position
        row = GoalRow(
            id=recorded.stream,
            workspace_id=context.workspace_id,
            position=position,
            first_position=position,
            asked_at=context.at,
            asked_by=context.actor_id,
        )
    row = replace(row, position=recorded.position)
    match recorded.event:
        case goal.Asked(text=text, planned_by=planned_by):
            return replace(row, text=text, planned_by=planned_by)
        case goal.Drafted():
            return replace(row, status="drafted")
        case goal.Refused():
            return replace(row, status="refused")
        case goal.Accepted(run_id=run_id):
            return replace(row, status="accepted", run_id=run_id)
        case _:
            return row


projection = Projection("goals", "goal", SCHEMA, GoalRow, evolve)


async def newest(connection: Connection, workspace_id: UUID, *, before: int | None, limit: int) -> list[GoalRow]:
    """The newest first; `before` is the first position of the last one of the page before."""
    values = {"workspace": workspace_id, "before": before, "limit": limit}
    rows = await (await connection.execute(NEWEST, values)).fetchall()
    return [projection.parse(body) for (body,) in rows]


async def awaited(connection: Connection, limit: int = 200) -> list[Awaited]:
    """Of all workspaces; what was settled just now may still be among them."""
    rows = await (await connection.execute(AWAITED, (limit,))).fetchall()
    return [Awaited(workspace_id, goal_id) for workspace_id, goal_id in rows]
