"""The prompt templates of a workspace, each in its newest version."""

from typing import Literal
from uuid import UUID

from application.ports import Recorded
from domain import prompt
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS prompts (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    name text GENERATED ALWAYS AS (body ->> 'name') STORED
);
CREATE INDEX IF NOT EXISTS prompts_name_idx ON prompts (workspace_id, name);
"""

ALL = "SELECT body::text FROM prompts WHERE workspace_id = %s ORDER BY name"


class PromptRow(Row, kw_only=True):
    """`labels` say which versions are used under which words."""

    name: str = ""
    version: int = 0
    status: Literal["active", "archived"] = "active"
    labels: dict[str, int] = {}
    created_at: Instant
    published_at: Instant


def evolve(row: PromptRow | None, recorded: Recorded) -> PromptRow:
    at = recorded.context.at
    if row is None:
        workspace_id = recorded.context.workspace_id
        row = PromptRow(id=recorded.stream, workspace_id=workspace_id, position=0, created_at=at, published_at=at)
    row = replace(row, position=recorded.position)
    match recorded.event:
        case prompt.Published(name):
            return replace(row, name=name, version=row.version + 1, status="active", published_at=at)
        case prompt.Labelled(label, version):
            return replace(row, labels=row.labels | {label: version})
        case prompt.Unlabelled(label):
            return replace(row, labels={each: version for each, version in row.labels.items() if each != label})
        case prompt.Archived():
            return replace(row, status="archived")
        case _:
            return row


projection = Projection("prompts", "prompt", SCHEMA, PromptRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[PromptRow]:
    """All prompts by name."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]
