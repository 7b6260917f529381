"""The suites of a workspace: how many cases each has, and when it was changed last."""

from typing import Literal
from uuid import UUID

from application.ports import Recorded
from domain import suite
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS suites (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    name text GENERATED ALWAYS AS (body ->> 'name') STORED
);
CREATE INDEX IF NOT EXISTS suites_name_idx ON suites (workspace_id, name);
"""

ALL = "SELECT body::text FROM suites WHERE workspace_id = %s ORDER BY name"


class SuiteRow(Row, kw_only=True):
    name: str = ""
    status: Literal["active", "archived"] = "active"
    cases: int = 0
    created_at: Instant
    changed_at: Instant


def evolve(row: SuiteRow | None, recorded: Recorded) -> SuiteRow:
    at = recorded.context.at
    if row is None:
        workspace_id = recorded.context.workspace_id
        row = SuiteRow(id=recorded.stream, workspace_id=workspace_id, position=0, created_at=at, changed_at=at)
    row = replace(row, position=recorded.position, changed_at=at)
    match recorded.event:
        case suite.Created(name):
            return replace(row, name=name)
        case suite.CaseAdded():
            return replace(row, cases=row.cases + 1)
        case suite.CaseRemoved():
            return replace(row, cases=row.cases - 1)
        case suite.Archived():
            return replace(row, status="archived")
        case _:
            return row


projection = Projection("suites", "suite", SCHEMA, SuiteRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[SuiteRow]:
    """All suites by name."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]
