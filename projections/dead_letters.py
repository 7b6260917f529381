"""The steps on which runs have failed: dead letters, until they are done again or the run is given up."""

from uuid import UUID

from domain.kernel import Instant, Record
from projections import run_step_rows, runs
from projections.run_row import RunRow
from projections.run_step_rows import StepRow
from projections.table import Connection

FAILED = """
SELECT body::text FROM runs
WHERE workspace_id = %(workspace)s AND first_position IS NOT NULL AND status = 'failed'
  AND body -> 'error' ->> 'step' <> '' AND NOT (body ->> 'undoing')::boolean
  AND (%(before)s::bigint IS NULL OR first_position < %(before)s)
ORDER BY first_position DESC LIMIT %(limit)s
"""
STEPS = "SELECT body::text FROM runs WHERE workspace_id = %s AND id = ANY(%s)"


class DeadLetter(Record):
    """A step that has failed for good, and its run with it."""

    run_id: UUID
    title: str
    workflow_name: str
    step: str
    attempt: int
    code: str
    detail: str
    failed_at: Instant | None
    first_position: int


async def listed(connection: Connection, workspace_id: UUID, *, before: int | None, limit: int) -> list[DeadLetter]:
    """Those of the newest runs first; `before` is the first position of the last run of the page before."""
    values = {"workspace": workspace_id, "before": before, "limit": limit}
    found = await (await connection.execute(FAILED, values)).fetchall()
    failed = [row for row in (runs.projection.parse(body) for (body,) in found) if isinstance(row, RunRow)]
    ids = [run_step_rows.step_id(row.id, row.error.step) for row in failed if row.error]
    told = await (await connection.execute(STEPS, (workspace_id, ids))).fetchall()
    steps = {row.run_id: row for row in map(_step, (body for (body,) in told))}
    return [_letter(row, steps.get(row.id)) for row in failed]


def _step(body: str) -> StepRow:
    row = runs.projection.parse(body)
    assert isinstance(row, StepRow), "the id is that of a step"
    return row


def _letter(run: RunRow, step: StepRow | None) -> DeadLetter:
    error = run.error
    assert error is not None, "a run that has failed says why"
    attempt = step.attempt if step else 0
    return DeadLetter(
        run.id,
        run.title,
        run.workflow_name,
        error.step,
        attempt,
        error.code,
        error.detail,
        run.ended_at,
        run.first_position,
    )
