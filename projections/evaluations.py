"""The evaluations of a workspace, how each went, and those of all workspaces that are not over."""

from typing import Literal
from uuid import UUID

from application.ports import Recorded
from domain import evaluation
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS evaluations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    first_position bigint GENERATED ALWAYS AS ((body ->> 'first_position')::bigint) STORED,
    suite_id uuid GENERATED ALWAYS AS ((body ->> 'suite_id')::uuid) STORED
);
CREATE INDEX IF NOT EXISTS evaluations_newest_idx ON evaluations (workspace_id, first_position DESC);
CREATE INDEX IF NOT EXISTS evaluations_running_idx ON evaluations (id) WHERE body ->> 'status' = 'running';
"""

NEWEST = """
SELECT body::text FROM evaluations
WHERE workspace_id = %(workspace)s AND (%(suite)s::uuid IS NULL OR suite_id = %(suite)s)
  AND (%(before)s::bigint IS NULL OR first_position < %(before)s)
ORDER BY first_position DESC LIMIT %(limit)s
"""
RUNNING = "SELECT workspace_id, id FROM evaluations WHERE body ->> 'status' = 'running' LIMIT %s"


class EvaluationRow(Row, kw_only=True):
    """`trials` are all, and the other counts those that are over. `first_position` is that of its start."""

    first_position: int
    started_at: Instant
    started_by: UUID
    ended_at: Instant | None = None
    status: Literal["running", "completed", "cancelled"] = "running"
    suite_id: UUID | None = None
    models: tuple[str | None, ...] = ()
    trials: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0


def evolve(row: EvaluationRow | None, recorded: Recorded) -> EvaluationRow:
    context, position = recorded.context, recorded.position
    if row is None:
        row = EvaluationRow(
            id=recorded.stream,
            workspace_id=context.workspace_id,
            position=position,
            first_position=position,
            started_at=context.at,
            started_by=context.actor_id,
        )
    row = replace(row, position=position)
    match recorded.event:
        case evaluation.Started(suite_id=suite_id, trials=trials):
            models = tuple(dict.fromkeys(each.model for each in trials))
            return replace(row, suite_id=suite_id, models=models, trials=len(trials))
        case evaluation.TrialEnded(outcome=outcome):
            return _counted(row, outcome.verdict)
        case evaluation.Completed():
            return replace(row, status="completed", ended_at=context.at)
        case evaluation.Cancelled():
            return replace(row, status="cancelled", ended_at=context.at)
        case _:
            return row


def _counted(row: EvaluationRow, verdict: evaluation.Verdict) -> EvaluationRow:
    match verdict:
        case "passed":
            return replace(row, passed=row.passed + 1)
        case "failed":
            return replace(row, failed=row.failed + 1)
        case "error":
            return replace(row, errors=row.errors + 1)


projection = Projection("evaluations", "evaluation", SCHEMA, EvaluationRow, evolve)


async def newest(
    connection: Connection, workspace_id: UUID, *, suite_id: UUID | None, before: int | None, limit: int
) -> list[EvaluationRow]:
    """The newest first; `before` is the first position of the last one of the page before."""
    values = {"workspace": workspace_id, "suite": suite_id, "before": before, "limit": limit}
    rows = await (await connection.execute(NEWEST, values)).fetchall()
    return [projection.parse(body) for (body,) in rows]


async def running(connection: Connection, limit: int = 200) -> list[tuple[UUID, UUID]]:
    """The workspaces and ids of those that are not over, of all workspaces."""
    rows = await (await connection.execute(RUNNING, (limit,))).fetchall()
    return [(workspace_id, evaluation_id) for workspace_id, evaluation_id in rows]
