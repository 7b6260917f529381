"""Steps that wait for other runs which are over: somebody was to tell them, and nobody has so far."""

from application.orchestration.children import Awaited
from projections.table import Connection

UNTOLD = """
SELECT step.workspace_id, step.run_id, step.body ->> 'path', child.id
FROM runs AS step JOIN runs AS child ON child.id = (step.body -> 'waits' ->> 'run_id')::uuid
WHERE step.run_id IS NOT NULL
  AND step.body ->> 'status' = 'suspended' AND step.body -> 'waits' ->> 'for' = 'run'
  AND child.status IN ('completed', 'failed', 'cancelled')
LIMIT %s
"""


async def untold(connection: Connection, limit: int = 200) -> list[Awaited]:
    """Of all workspaces; what was told just now may still be among them."""
    rows = await (await connection.execute(UNTOLD, (limit,))).fetchall()
    return [Awaited(workspace_id, run_id, step, child_id) for workspace_id, run_id, step, child_id in rows]
