"""The runs of a workspace with their steps: what the page shows, and what the sweeper looks after."""

from uuid import UUID

import msgspec

from application.ledger import entries
from application.ports import PendingStep, Recorded
from domain import run_events as fact
from domain.kernel import Instant, PayloadRef, Record, replace
from domain.run_events import BegunStatus, StepStatus
from projections.table import Connection, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    status text GENERATED ALWAYS AS (body ->> 'status') STORED,
    first_position bigint GENERATED ALWAYS AS ((body ->> 'first_position')::bigint) STORED
);
CREATE INDEX IF NOT EXISTS runs_newest_idx ON runs (workspace_id, first_position DESC);
CREATE INDEX IF NOT EXISTS runs_under_way_idx ON runs (first_position)
    WHERE body @? '$.steps[*].status ? (@ == "scheduled" || @ == "running")';
"""

NEWEST = """
SELECT body::text FROM runs
WHERE workspace_id = %(workspace)s
  AND (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(before)s::bigint IS NULL OR first_position < %(before)s)
ORDER BY first_position DESC LIMIT %(limit)s
"""

# A run that has failed may have a step that is still under way.
UNDER_WAY = """
SELECT body::text FROM runs WHERE body @? '$.steps[*].status ? (@ == "scheduled" || @ == "running")'
ORDER BY first_position LIMIT %s
"""


class Problem(Record):
    """Why something failed."""

    code: str
    detail: str


class StepRow(Record, kw_only=True):
    """A step of a run. Tokens and cost are sums over its recorded calls; a cost of None is unknown.

    `doubts` are the calls in doubt: of each its attempt, its number, and which try it was.
    """

    id: str
    agent_id: UUID
    agent_name: str
    role: str
    model: str
    needs: tuple[str, ...]
    max_attempts: int
    status: StepStatus = "waiting"
    attempt: int = 0
    scheduled_position: int = 0
    due_at: Instant | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micro_usd: int | None = 0
    calls_in_doubt: int = 0
    doubts: tuple[tuple[int, int, int], ...] = ()
    judged: tuple[tuple[tuple[int, int, int], int], ...] = ()
    error: Problem | None = None
    output: PayloadRef | None = None


class RunRow(Row, kw_only=True):
    title: str = ""
    workflow_id: UUID | None = None
    workflow_name: str = ""
    workflow_version: int = 0
    status: BegunStatus = "running"
    first_position: int = 0
    created_at: Instant
    ended_at: Instant | None = None
    steps: tuple[StepRow, ...] = ()
    input: PayloadRef | None = None
    output: PayloadRef | None = None
    error: Problem | None = None


def evolve(row: RunRow | None, recorded: Recorded) -> RunRow:
    event, at = recorded.event, recorded.context.at
    if row is None:
        row = RunRow(id=recorded.stream, workspace_id=recorded.context.workspace_id, position=0, created_at=at)
    position = recorded.position
    match event:
        case fact.Started():
            return _started(row, event, position)
        case fact.Completed(output):
            return replace(row, position=position, status="completed", output=output, ended_at=at)
        case fact.Failed(code=code, detail=detail):
            steps = tuple(replace(s, status="waiting") if s.status == "scheduled" else s for s in row.steps)
            why = Problem(code, detail)
            return replace(row, position=position, status="failed", error=why, ended_at=at, steps=steps)
        case fact.Cancelled():
            steps = tuple(_cancel(s, at) for s in row.steps)
            return replace(row, position=position, status="cancelled", ended_at=at, steps=steps)
        case fact.ChargeSettled(entry, micro_usd):
            steps = tuple(_judged(s, row.id, entry, micro_usd or 0) for s in row.steps)
            return replace(row, position=position, steps=steps)
        case _:
            if isinstance(event, fact.StepRetried):
                row = replace(row, status="running", error=None, ended_at=None)
            name = getattr(event, "step", None)
            steps = tuple(_step(s, recorded) if s.id == name else s for s in row.steps)
            return replace(row, position=position, steps=steps)


def _started(row: RunRow, event: fact.Started, position: int) -> RunRow:
    steps = tuple(
        StepRow(
            id=planned.id,
            agent_id=planned.agent_id,
            agent_name=planned.agent_name,
            role=planned.role,
            model=planned.model,
            needs=planned.needs,
            max_attempts=planned.max_attempts,
        )
        for planned in event.plan
    )
    return replace(
        row,
        position=position,
        title=event.title,
        workflow_id=event.workflow_id,
        workflow_name=event.workflow_name,
        workflow_version=event.workflow_version,
        first_position=position,
        steps=steps,
        input=event.input,
    )


def _cancel(step: StepRow, at: Instant) -> StepRow:
    if step.status in ("completed", "failed"):
        return step
    return replace(step, status="cancelled", ended_at=at if step.started_at else None)


def _step(step: StepRow, recorded: Recorded) -> StepRow:
    at = recorded.context.at
    match recorded.event:
        case fact.StepScheduled(attempt=attempt, due_at=due_at):
            scheduled = replace(step, status="scheduled", attempt=attempt, due_at=due_at)
            return replace(scheduled, scheduled_position=recorded.position, started_at=None, ended_at=None)
        case fact.StepBegun():
            return replace(step, status="running", started_at=at)
        case fact.CallRecorded(model=model, tokens=tokens, cost_micro_usd=cost) as made:
            known = _settled(step, (made.attempt, made.call, made.tried))
            used = step.input_tokens + tokens.input, step.output_tokens + tokens.output
            together = None if cost is None or known.cost_micro_usd is None else known.cost_micro_usd + cost
            return replace(known, model=model, input_tokens=used[0], output_tokens=used[1], cost_micro_usd=together)
        case fact.CallInDoubt(attempt=attempt, call=call, tried=tried):
            doubts = (*step.doubts, (attempt, call, tried))
            return replace(step, doubts=doubts, calls_in_doubt=len(doubts))
        case fact.StepCompleted(output=output):
            return replace(step, status="completed", output=output, error=None, ended_at=at)
        case fact.StepFailed(code=code, detail=detail, final=final):
            status: StepStatus = "failed" if final else "waiting"
            return replace(step, status=status, error=Problem(code, detail), ended_at=at)
        case fact.StepLost():
            return replace(step, status="waiting", ended_at=at)
        case fact.StepRetried():
            return replace(step, status="waiting", ended_at=at, error=None)
        case _:
            return step


def _settled(step: StepRow, call: tuple[int, int, int]) -> StepRow:
    """A late answer ends the doubt about its call, and knows better than whoever has settled it."""
    doubts = tuple(doubt for doubt in step.doubts if doubt != call)
    said = sum(amount for each, amount in step.judged if each == call)
    others = tuple(each for each in step.judged if each[0] != call)
    cost = None if step.cost_micro_usd is None else step.cost_micro_usd - said
    return replace(step, doubts=doubts, calls_in_doubt=len(doubts), judged=others, cost_micro_usd=cost)


def _judged(step: StepRow, run_id: UUID, entry: UUID, micro_usd: int) -> StepRow:
    """What a person has found out about a call in doubt; a charge of a call beside those of the run is of no step."""
    own = next((doubt for doubt in step.doubts if entries.of_run(run_id, step.id, *doubt) == entry), None)
    if own is None:
        return step
    known = None if step.cost_micro_usd is None else step.cost_micro_usd + micro_usd
    return replace(_settled(step, own), judged=(*step.judged, (own, micro_usd)), cost_micro_usd=known)


projection = Projection("runs", "run", SCHEMA, RunRow, evolve)


async def newest(
    connection: Connection, workspace_id: UUID, *, status: str | None, before: int | None, limit: int
) -> list[RunRow]:
    """Runs from the newest on; `before` is the first position of the last run of the page before."""
    values = {"workspace": workspace_id, "status": status, "before": before, "limit": limit}
    rows = await (await connection.execute(NEWEST, values)).fetchall()
    return [projection.parse(body) for (body,) in rows]


async def pending(connection: Connection, limit: int = 1_000) -> list[PendingStep]:
    """The scheduled and running steps of the oldest runs that have any, of all workspaces."""
    rows = await (await connection.execute(UNDER_WAY, (limit,))).fetchall()
    runs = [msgspec.json.decode(body, type=RunRow) for (body,) in rows]
    return [
        PendingStep(row.workspace_id, row.id, step.id, step.attempt, step.status, step.scheduled_position, step.due_at)
        for row in runs
        for step in row.steps
        if step.status in ("scheduled", "running")
    ]
