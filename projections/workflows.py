"""The workflows of a workspace, each in its newest version."""

from typing import Literal
from uuid import UUID

from application.ports import Recorded
from domain import workflow
from domain.definition import Definition
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

NAMES = "SELECT name FROM workflows WHERE workspace_id = %s AND body ->> 'status' = 'active' ORDER BY lower(name)"
ALL = "SELECT body::text FROM workflows WHERE workspace_id = %s ORDER BY lower(name)"


class WorkflowRow(Row, kw_only=True):
    """`agents` are the ids of those that the definition names, as it names them."""

    name: str = ""
    version: int = 0
    status: Literal["active", "archived"] = "active"
    definition: Definition | None = None
    agents: dict[str, UUID] = {}
    created_at: Instant
    published_at: Instant


def evolve(row: WorkflowRow | None, recorded: Recorded) -> WorkflowRow:
    at = recorded.context.at
    if row is None:
        workspace_id = recorded.context.workspace_id
        row = WorkflowRow(id=recorded.stream, workspace_id=workspace_id, position=0, created_at=at, published_at=at)
    row = replace(row, position=recorded.position)
    match recorded.event:
        case workflow.Published(definition, agents):
            name, version = definition.name or row.name, row.version + 1
            return replace(
                row, name=name, version=version, status="active", definition=definition, agents=agents, published_at=at
            )
        case workflow.Archived():
            return replace(row, status="archived")
        case _:
            return row


projection = Projection("workflows", "workflow", SCHEMA, WorkflowRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[WorkflowRow]:
    """All workflows by name."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]


async def names(connection: Connection, workspace_id: UUID) -> list[str]:
    """The names of all workflows that are in use."""
    return [name for (name,) in await (await connection.execute(NAMES, (workspace_id,))).fetchall()]
