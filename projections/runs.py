"""The runs of a workspace: what lists show of each, what workers and the clock have to see to, and its steps."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeAlias
from uuid import UUID

import msgspec

from application.orchestration.pending import PendingStep
from application.ports import Recorded
from domain.kernel import Instant, Record
from projections import run_plans, run_row, run_step_rows, run_steps
from projections.run_plans import PlanRow
from projections.run_row import RunRow
from projections.run_step_rows import StepRow
from projections.run_tree import StepView, Tree
from projections.table import Connection, Projection

AnyRow: TypeAlias = RunRow | PlanRow | StepRow

SCHEMA = """
DO $$ BEGIN  -- a table of another form, whose rows know less, is folded anew from the log
    IF obj_description(to_regclass('runs'), 'pg_class') IS DISTINCT FROM 'form 3' AND to_regclass('runs') IS NOT NULL
    THEN
        DROP TABLE runs;
        DELETE FROM projection_positions WHERE name = 'runs';
    END IF;
END $$;
CREATE TABLE IF NOT EXISTS runs (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    status text GENERATED ALWAYS AS (CASE WHEN body ->> 'row' = 'run' THEN body ->> 'status' END) STORED,
    first_position bigint GENERATED ALWAYS AS ((body ->> 'first_position')::bigint) STORED,
    next_due timestamptz GENERATED ALWAYS AS (to_timestamp((body ->> 'next_due')::double precision)) STORED,
    parent_id uuid GENERATED ALWAYS AS ((body -> 'parent' ->> 'run_id')::uuid) STORED,
    run_id uuid GENERATED ALWAYS AS ((body ->> 'run_id')::uuid) STORED,
    asked_position bigint GENERATED ALWAYS AS ((body ->> 'asked_position')::bigint) STORED
);
COMMENT ON TABLE runs IS 'form 3';
CREATE INDEX IF NOT EXISTS runs_newest_idx ON runs (workspace_id, first_position DESC)
    WHERE first_position IS NOT NULL;
CREATE INDEX IF NOT EXISTS runs_under_way_idx ON runs (first_position)
    WHERE body @? '$.live.*.status ? (@ == "scheduled" || @ == "running")';
CREATE INDEX IF NOT EXISTS runs_due_idx ON runs (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX IF NOT EXISTS runs_children_idx ON runs (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS runs_parts_idx ON runs (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS runs_awaiting_idx ON runs (run_id)
    WHERE body ->> 'status' = 'suspended' AND body -> 'waits' ->> 'for' = 'run';
CREATE INDEX IF NOT EXISTS runs_asking_idx ON runs (workspace_id, asked_position) WHERE asked_position IS NOT NULL;
"""

NEWEST = """
SELECT body::text FROM runs
WHERE workspace_id = %(workspace)s AND first_position IS NOT NULL
  AND (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(before)s::bigint IS NULL OR first_position < %(before)s)
ORDER BY first_position DESC LIMIT %(limit)s
"""

# A run that has failed may have a step that is still under way.
UNDER_WAY = """
SELECT body::text FROM runs WHERE body @? '$.live.*.status ? (@ == "scheduled" || @ == "running")'
ORDER BY first_position LIMIT %s
"""

DUE = "SELECT workspace_id, id FROM runs WHERE next_due <= %s ORDER BY next_due LIMIT %s"
WHOLE = """
SELECT body::text FROM runs WHERE workspace_id = %(workspace)s
  AND (id = %(run)s OR run_id = %(run)s OR parent_id = %(run)s)
"""
RUN = "SELECT body::text FROM runs WHERE workspace_id = %s AND id = %s AND first_position IS NOT NULL"
SOME = "SELECT body::text FROM runs WHERE id = ANY(%b)"
STEP = "SELECT body::text FROM runs WHERE workspace_id = %s AND id = %s AND run_id IS NOT NULL"
PLANS = "SELECT body::text FROM runs WHERE workspace_id = %s AND run_id = ANY(%s) AND body ->> 'row' = 'plan'"


class Whole(Record):
    """All that there is of a run."""

    run: RunRow
    plans: list[PlanRow]
    steps: list[StepRow]
    children: list[RunRow]

    def views(self) -> list[StepView]:
        """The steps as people are shown them."""
        return Tree(self.run, self.plans, self.steps).views()


class RunProjection(Projection[AnyRow]):
    """One table with a row for each run, one for its nodes, and one for each of its steps, under one position."""

    def streams(self, events: Iterable[Recorded]) -> set[UUID]:
        known = self._known()
        return {row for each in events if type(each.event) in known for row in _changed(each)}

    def fold(self, events: Iterable[Recorded], rows: dict[UUID, AnyRow]) -> dict[UUID, AnyRow]:
        known = self._known()
        for recorded in events:
            if type(recorded.event) in known:
                _fold(recorded, rows)
        return rows

    async def load(self, connection: Connection, streams: Collection[UUID]) -> dict[UUID, AnyRow]:
        cursor = await connection.execute(SOME, (list(streams),), binary=True)
        return {row.id: row for row in (self.parse(body) for (body,) in await cursor.fetchall())}

    async def one(self, connection: Connection, workspace_id: UUID, row_id: UUID) -> RunRow | None:
        """The run of this workspace with this id."""
        found = await (await connection.execute(RUN, (workspace_id, row_id))).fetchone()
        return _run(found[0]) if found else None

    def parse(self, body: str) -> AnyRow:
        return _row(body)


def _changed(recorded: Recorded) -> Iterator[UUID]:
    """The rows that an event changes; one that it brings anew was never there."""
    yield recorded.stream
    if isinstance(recorded.event, run_steps.OWN) and recorded.event.step:
        yield run_step_rows.step_id(recorded.stream, recorded.event.step)


def _fold(recorded: Recorded, rows: dict[UUID, AnyRow]) -> None:
    """The row of the run comes last: where it has seen an event, the others have too."""
    event, run_id = recorded.event, recorded.stream
    if (planned := run_plans.plan(recorded)) is not None:
        rows[planned.id] = planned
    if isinstance(event, run_steps.OWN) and event.step:
        step_id = run_step_rows.step_id(run_id, event.step)
        step = rows.get(step_id)
        known = step if isinstance(step, StepRow) else run_step_rows.blank(recorded, event.step)
        rows[step_id] = run_steps.changed(known, event, recorded)
    rows[run_id] = evolve(rows.get(run_id), recorded)


def evolve(row: AnyRow | None, recorded: Recorded) -> RunRow:
    return run_row.evolve(row if isinstance(row, RunRow) else None, recorded)


_row: Callable[[str], AnyRow] = msgspec.json.Decoder(AnyRow).decode
_run = msgspec.json.Decoder(RunRow).decode
_step = msgspec.json.Decoder(StepRow).decode

projection = RunProjection("runs", "run", SCHEMA, RunRow, evolve)


async def newest(
    connection: Connection, workspace_id: UUID, *, status: str | None, before: int | None, limit: int
) -> list[RunRow]:
    """Runs from the newest on; `before` is the first position of the last run of the page before."""
    values = {"workspace": workspace_id, "status": status, "before": before, "limit": limit}
    return [_run(body) for (body,) in await (await connection.execute(NEWEST, values)).fetchall()]


async def whole(connection: Connection, workspace_id: UUID, run_id: UUID) -> Whole | None:
    """A run with its nodes, its steps as far as any has begun, and the runs that they have started, in their order.

    They are read at once, so that they stand at one position.
    """
    values = {"workspace": workspace_id, "run": run_id}
    found = await (await connection.execute(WHOLE, values)).fetchall()
    rows = [_row(body) for (body,) in found]
    run = next((row for row in rows if row.id == run_id), None)
    if not isinstance(run, RunRow):
        return None
    others = [row for row in rows if isinstance(row, RunRow) and row is not run]
    return Whole(
        run,
        [row for row in rows if isinstance(row, PlanRow)],
        [row for row in rows if isinstance(row, StepRow)],
        sorted(others, key=lambda child: child.first_position),
    )


async def plans(connection: Connection, workspace_id: UUID, run_ids: Collection[UUID]) -> list[PlanRow]:
    """The nodes of these runs."""
    found = await (await connection.execute(PLANS, (workspace_id, list(run_ids)))).fetchall()
    return [row for row in (_row(body) for (body,) in found) if isinstance(row, PlanRow)]


async def step(connection: Connection, workspace_id: UUID, run_id: UUID, path: str) -> StepRow | None:
    """What happened to one step, as far as anything has."""
    wanted = (workspace_id, run_step_rows.step_id(run_id, path))
    found = await (await connection.execute(STEP, wanted)).fetchone()
    return _step(found[0]) if found else None


async def pending(connection: Connection, limit: int = 1_000) -> list[PendingStep]:
    """The scheduled and running steps of the oldest runs that have any, of all workspaces."""
    runs = [_run(body) for (body,) in await (await connection.execute(UNDER_WAY, (limit,))).fetchall()]
    return [
        PendingStep(
            row.workspace_id, row.id, name, it.attempt, it.status, it.position, it.due_at, it.lease, row.priority
        )
        for row in runs
        for name, it in row.live.items()
        if it.status != "suspended"
    ]


async def due(connection: Connection, now: Instant, limit: int = 1_000) -> list[tuple[UUID, UUID]]:
    """The workspaces and ids of the runs of which something is due by now, the longest due first."""
    return [(workspace, run) for workspace, run in await (await connection.execute(DUE, (now, limit))).fetchall()]
