"""The calls of a workspace that came through the gateway; those that are open name the process that serves them."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from application.gateway.lost_calls import OpenCall
from application.ports import Recorded
from domain import call
from domain.kernel import Instant, replace
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    process uuid GENERATED ALWAYS AS ((body ->> 'process')::uuid) STORED,
    under_way boolean GENERATED ALWAYS AS (body ->> 'status' = 'open' OR body -> 'tries' <> '[]') STORED
);
CREATE INDEX IF NOT EXISTS calls_under_way_idx ON calls (process, position) WHERE under_way;
"""

PROCESSES = "SELECT DISTINCT process FROM calls WHERE under_way"
UNDER_WAY = """
SELECT workspace_id, id, process FROM calls WHERE under_way AND process = ANY(%s) ORDER BY position LIMIT %s
"""


class CallRow(Row, kw_only=True):
    """`tries` are those that have not ended and are not in doubt."""

    door: call.Door = "chat"
    model: str = ""
    process: UUID
    user_id: UUID
    status: Literal["open", "completed", "failed"] = "open"
    tries: tuple[int, ...] = ()
    created_at: Instant
    ended_at: Instant | None = None
    code: str | None = None


def evolve(row: CallRow | None, recorded: Recorded) -> CallRow:
    context, event = recorded.context, recorded.event
    if row is None:
        row = CallRow(
            id=recorded.stream,
            workspace_id=context.workspace_id,
            position=0,
            process=UUID(int=0),
            user_id=context.actor_id,
            created_at=context.at,
        )
    row = replace(row, position=recorded.position)
    match event:
        case call.Begun(door, model, _, process):
            return replace(row, door=door, model=model, process=process)
        case call.TryBegun(tried=tried):
            return replace(row, tries=(*row.tries, tried))
        case call.TryRecorded(tried=tried) | call.TryRefused(tried=tried) | call.TryInDoubt(tried=tried):
            return replace(row, tries=tuple(each for each in row.tries if each != tried))
        case call.Completed():
            return replace(row, status="completed", ended_at=context.at)
        case call.Failed(code=code):
            return replace(row, status="failed", ended_at=context.at, code=code)
        case _:
            return row


projection = Projection("calls", "call", SCHEMA, CallRow, evolve)


async def serving(connection: Connection) -> set[UUID]:
    """The processes that open calls of any workspace name."""
    rows = await (await connection.execute(PROCESSES)).fetchall()
    return {process for (process,) in rows}


async def under_way(connection: Connection, processes: Collection[UUID], limit: int = 1_000) -> list[OpenCall]:
    """The open calls of these processes, those first that nothing has happened to for longest."""
    rows = await (await connection.execute(UNDER_WAY, (list(processes), limit))).fetchall()
    return [OpenCall(*row) for row in rows]
