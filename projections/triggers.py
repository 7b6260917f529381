"""The triggers of a workspace, and what the last message to each of them started."""

from uuid import UUID

from application.ports import Recorded
from domain import trigger
from domain.author import Author
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS triggers (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    status text GENERATED ALWAYS AS (body ->> 'status') STORED
);
CREATE INDEX IF NOT EXISTS triggers_workspace_idx ON triggers (workspace_id) WHERE status <> 'removed';
"""

ALL = """
SELECT body::text FROM triggers WHERE workspace_id = %s AND status <> 'removed'
ORDER BY lower(body ->> 'name'), id
"""


class TriggerRow(Row, kw_only=True):
    """`fired` counts the messages that have started a run."""

    name: str = ""
    workflow_id: UUID | None = None
    title: str = ""
    priority: int | None = None
    author: Author | None = None
    status: str = "active"
    fired: int = 0
    last_at: Instant | None = None
    last_run: UUID | None = None
    created_at: Instant


def evolve(row: TriggerRow | None, recorded: Recorded) -> TriggerRow:
    context = recorded.context
    if row is None:
        row = TriggerRow(id=recorded.stream, workspace_id=context.workspace_id, position=0, created_at=context.at)
    row = replace(row, position=recorded.position)
    match recorded.event:
        case trigger.Created(name, workflow_id, title, priority, author):
            return replace(row, name=name, workflow_id=workflow_id, title=title, priority=priority, author=author)
        case trigger.SecretRotated(author=author):
            return replace(row, author=author)
        case trigger.Fired(run_id=run_id):
            return replace(row, fired=row.fired + 1, last_at=context.at, last_run=run_id)
        case trigger.Paused():
            return replace(row, status="paused")
        case trigger.Resumed():
            return replace(row, status="active")
        case trigger.Removed():
            return replace(row, status="removed")
        case _:
            return row


projection = Projection("triggers", "trigger", SCHEMA, TriggerRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[TriggerRow]:
    """Those that are not removed, by name."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]
