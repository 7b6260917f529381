"""The webhooks of a workspace."""

from uuid import UUID

from application.policies.webhook_delivery import Subscription
from application.ports import Recorded
from domain import webhook
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS webhooks (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    status text GENERATED ALWAYS AS (body ->> 'status') STORED
);
CREATE INDEX IF NOT EXISTS webhooks_workspace_idx ON webhooks (workspace_id) WHERE status <> 'deleted';
CREATE INDEX IF NOT EXISTS webhooks_active_idx ON webhooks (id) WHERE status = 'active';
"""

ALL = """
SELECT body::text FROM webhooks WHERE workspace_id = %s AND status <> 'deleted' ORDER BY (body ->> 'since')::bigint
"""
ACTIVE = "SELECT body::text FROM webhooks WHERE status = 'active'"


class WebhookRow(Row, kw_only=True):
    """`since` is the position of the subscription: events behind it are sent."""

    url: str = ""
    tags: tuple[str, ...] = ()
    status: str = "active"
    since: int
    created_at: Instant


def evolve(row: WebhookRow | None, recorded: Recorded) -> WebhookRow:
    if row is None:
        context, position = recorded.context, recorded.position
        row = WebhookRow(
            id=recorded.stream, workspace_id=context.workspace_id, position=0, since=position, created_at=context.at
        )
    row = replace(row, position=recorded.position)
    match recorded.event:
        case webhook.Subscribed(url, tags):
            return replace(row, url=url, tags=tags)
        case webhook.Paused():
            return replace(row, status="paused")
        case webhook.Resumed():
            return replace(row, status="active")
        case webhook.Deleted():
            return replace(row, status="deleted")
        case _:
            return row


projection = Projection("webhooks", "webhook", SCHEMA, WebhookRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[WebhookRow]:
    """Those that are not deleted, the oldest first."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]


async def active(connection: Connection) -> list[Subscription]:
    """Those of all workspaces that are sent events now."""
    rows = [projection.parse(body) for (body,) in await (await connection.execute(ACTIVE)).fetchall()]
    return [Subscription(row.id, row.workspace_id, row.url, row.tags, row.since) for row in rows]
