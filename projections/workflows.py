"""The workflows of a workspace, each in its newest version."""

from uuid import UUID

from application.ports import Recorded
from domain import workflow
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS workflows (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    name text GENERATED ALWAYS AS (body ->> 'name') STORED
);
CREATE INDEX IF NOT EXISTS workflows_name_idx ON workflows (workspace_id, lower(name));
"""

ALL = "SELECT body::text FROM workflows WHERE workspace_id = %s ORDER BY lower(name)"


class WorkflowRow(Row, kw_only=True):
    name: str = ""
    description: str = ""
    version: int = 0
    nodes: tuple[workflow.StoredNode, ...] = ()
    created_at: Instant


def evolve(row: WorkflowRow | None, recorded: Recorded) -> WorkflowRow:
    if row is None:
        context = recorded.context
        row = WorkflowRow(id=recorded.stream, workspace_id=context.workspace_id, position=0, created_at=context.at)
    position = recorded.position
    match recorded.event:
        case workflow.Created(name, description, nodes):
            return replace(row, position=position, name=name, description=description, nodes=nodes, version=1)
        case workflow.Revised(description, nodes):
            version = row.version + 1
            return replace(row, position=position, description=description, nodes=nodes, version=version)
        case _:
            return replace(row, position=position)


projection = Projection("workflows", "workflow", SCHEMA, WorkflowRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[WorkflowRow]:
    """All workflows by name."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]
