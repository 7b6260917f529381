"""The agents of a workspace."""

from uuid import UUID

import msgspec

from application.ports import Recorded
from domain import agent
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS agents (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    name text GENERATED ALWAYS AS (body ->> 'name') STORED
);
CREATE INDEX IF NOT EXISTS agents_name_idx ON agents (workspace_id, lower(name));
"""

ALL = "SELECT body::text FROM agents WHERE workspace_id = %s ORDER BY lower(name)"


class AgentRow(Row, kw_only=True):
    name: str = ""
    role: str = ""
    instructions: str = ""
    task: agent.TaskKind = "summarise"
    model: str = "default"
    cache_seconds: int = 0
    hedge_after_ms: int = 0
    cache_similarity: float | None = None
    tools: tuple[str, ...] = ()
    limits: agent.Limits = agent.Limits()
    memory: agent.Recall = "off"
    prompt: str = ""
    context_tokens: int | None = None
    colleagues: tuple[str, ...] = ()
    summary_model: str = ""
    version: int = 0
    status: str = "active"
    created_at: Instant


def evolve(row: AgentRow | None, recorded: Recorded) -> AgentRow:
    if row is None:
        context = recorded.context
        row = AgentRow(id=recorded.stream, workspace_id=context.workspace_id, position=0, created_at=context.at)
    position = recorded.position
    match recorded.event:
        case agent.Created() | agent.Revised():
            return replace(row, position=position, version=row.version + 1, **msgspec.structs.asdict(recorded.event))
        case agent.Retired():
            return replace(row, position=position, status="retired")
        case _:
            return replace(row, position=position)


projection = Projection("agents", "agent", SCHEMA, AgentRow, evolve)


async def listed(connection: Connection, workspace_id: UUID) -> list[AgentRow]:
    """All agents by name."""
    rows = await (await connection.execute(ALL, (workspace_id,))).fetchall()
    return [projection.parse(body) for (body,) in rows]
