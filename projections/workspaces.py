"""The workspaces, and who belongs to them: it tells where to look, and the log tells whether it is so."""

from uuid import UUID

from application.ports import Recorded
from domain import workspace_events
from domain.kernel import replace
from projections.table import Database, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS workspaces (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS workspaces_members_idx ON workspaces USING gin ((body -> 'members'));
"""

OF_MEMBER = "SELECT id FROM workspaces WHERE body -> 'members' ? %s ORDER BY id LIMIT 1000"


class WorkspaceRow(Row, kw_only=True):
    name: str = ""
    members: tuple[UUID, ...] = ()


def evolve(row: WorkspaceRow | None, recorded: Recorded) -> WorkspaceRow:
    if row is None:
        row = WorkspaceRow(id=recorded.stream, workspace_id=recorded.context.workspace_id, position=0)
    row = replace(row, position=recorded.position)
    match recorded.event:
        case workspace_events.Created(name) | workspace_events.Renamed(name):
            return replace(row, name=name)
        case workspace_events.MemberAdded(user_id) if user_id not in row.members:
            return replace(row, members=(*row.members, user_id))
        case workspace_events.MemberRemoved(user_id):
            return replace(row, members=tuple(each for each in row.members if each != user_id))
        case _:
            return row


projection = Projection("workspaces", "workspace", SCHEMA, WorkspaceRow, evolve)


async def of_member(database: Database, user_id: UUID) -> list[UUID]:
    """The ids of those that a user belongs to: the one question that is asked of all workspaces at once.

    It gives nothing but ids: of each, the log tells whether the user belongs to it, and whoever asks is told no more.
    """
    async with database.connection() as connection:
        rows = await (await connection.execute(OF_MEMBER, (str(user_id),))).fetchall()
    return [workspace_id for (workspace_id,) in rows]
