"""Which runs are over, and which have begun and are not, as the read model of runs tells."""

from collections.abc import Collection
from uuid import UUID

from application.orchestration.counting import BegunRun
from projections.table import Connection

OVER = "SELECT id FROM runs WHERE id = ANY(%s) AND status IN ('completed', 'failed', 'cancelled')"
BEGUN = """
SELECT workspace_id, id, (body ->> 'workflow_id')::uuid FROM runs
WHERE status IN ('running', 'waiting', 'paused') AND (body ->> 'begun')::boolean
  AND parent_id IS NULL AND body ->> 'workflow_id' IS NOT NULL
"""


async def over(connection: Connection, runs: Collection[UUID]) -> set[UUID]:
    """Those of the runs that are over."""
    return {run for (run,) in await (await connection.execute(OVER, (list(runs),))).fetchall()}


async def begun(connection: Connection) -> list[BegunRun]:
    """The runs of all workspaces that have begun and are not over; none that another run has started."""
    return [BegunRun(*row) for row in await (await connection.execute(BEGUN)).fetchall()]
