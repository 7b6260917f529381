"""The API keys of a workspace, without what they are proved by."""

from uuid import UUID

from application.ports import Recorded
from domain import api_key
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS api_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    user_id uuid GENERATED ALWAYS AS ((body ->> 'user_id')::uuid) STORED
);
CREATE INDEX IF NOT EXISTS api_keys_workspace_idx ON api_keys (workspace_id, user_id);
"""

ALL = """
SELECT body::text FROM api_keys WHERE workspace_id = %s AND (%s::uuid IS NULL OR user_id = %s)
ORDER BY body ->> 'issued_at', id
"""


class ApiKeyRow(Row, kw_only=True):
    user_id: UUID
    label: str = ""
    scopes: tuple[str, ...] | None = None
    expires_at: Instant | None = None
    issued_at: Instant
    revoked: bool = False


def evolve(row: ApiKeyRow | None, recorded: Recorded) -> ApiKeyRow:
    if row is None:
        context = recorded.context
        row = ApiKeyRow(
            id=recorded.stream,
            workspace_id=context.workspace_id,
            position=0,
            user_id=context.actor_id,
            issued_at=context.at,
        )
    row = replace(row, position=recorded.position)
    match recorded.event:
        case api_key.Issued(user_id, label, _, scopes, expires_at):
            return replace(row, user_id=user_id, label=label, scopes=scopes, expires_at=expires_at)
        case api_key.Revoked():
            return replace(row, revoked=True)
        case _:
            return row


projection = Projection("api_keys", "api_key", SCHEMA, ApiKeyRow, evolve)


async def listed(connection: Connection, workspace_id: UUID, user_id: UUID | None) -> list[ApiKeyRow]:
    """Those of one user, or of all where none is named, the oldest first."""
    rows = await (await connection.execute(ALL, (workspace_id, user_id, user_id))).fetchall()
    return [projection.parse(body) for (body,) in rows]
