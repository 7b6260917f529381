"""The row of a run: what lists show of it, and the steps that a worker, a person or the clock has to see to."""

from typing import Literal
from uuid import UUID

from application.ports import Recorded
from domain import run_events as fact
from domain import run_wait_events as wait
from domain.kernel import Event, Instant, PayloadRef, Record, replace
from domain.nodes import Allowance
from domain.run_state import scope_name
from domain.run_values import BegunStatus, Parent, Planned
from projections.run_sizes import size, sizes
from projections.run_step_rows import Problem
from projections.table import Row


class Live(Record, omit_defaults=True):
    """A step that waits for a worker or has one, or that waits for something else."""

    status: Literal["scheduled", "running", "suspended"]
    attempt: int
    position: int = 0
    due_at: Instant | None = None
    lease: UUID | None = None
    escalates_at: Instant | None = None


class Pause(Record):
    """Who paused the run, when and why."""

    by: UUID
    at: Instant
    reason: str


class RunRow(Row, kw_only=True, tag_field="row", tag="run"):
    """A run in a list. `status` is what people are shown, `state` what the events say; `begun` is whether any step has.

    `next_due` is in seconds since 1970. `called_back` and `stopped` are the positions at which scheduled steps became
    waiting ones, and at which all steps were stopped. `steps_total` counts the steps that are known by now: the nodes
    of the workflow, and those of each list inside them once it has begun; `steps_done` those that were completed or
    skipped. `sizes` are as in `projections/run_sizes.py`. A cost of None is unknown.
    """

    title: str = ""
    workflow_id: UUID | None = None
    workflow_name: str = ""
    workflow_version: int = 0
    status: BegunStatus = "pending"
    state: Literal["running", "paused", "completed", "failed", "cancelled"] = "running"
    begun: bool = False
    first_position: int = 0
    created_at: Instant
    ended_at: Instant | None = None
    started_by: UUID | None = None
    priority: int = 0
    deadline_at: Instant | None = None
    budget: Allowance | None = None
    parent: Parent | None = None
    rerun_of: UUID | None = None
    live: dict[str, Live] = {}
    next_due: float | None = None
    called_back: int = 0
    stopped: int = 0
    undoing: bool = False
    paused: Pause | None = None
    steps_total: int = 0
    steps_done: int = 0
    sizes: dict[str, int] = {}
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micro_usd: int | None = 0
    child_micro_usd: int = 0
    child_tokens: int = 0
    input: PayloadRef | None = None
    output: PayloadRef | None = None
    error: Problem | None = None


def evolve(row: RunRow | None, recorded: Recorded) -> RunRow:
    event, at = recorded.event, recorded.context.at
    if row is None:
        row = RunRow(id=recorded.stream, workspace_id=recorded.context.workspace_id, position=0, created_at=at)
    match event:
        case fact.Started():
            row = _started(row, event, recorded.position)
        case fact.Paused() | fact.Resumed() | fact.CompensationBegun():
            row = _interrupted(row, event, recorded)
        case fact.Completed() | fact.Failed() | fact.Cancelled():
            row = _over(replace(row, ended_at=at, paused=None), event, recorded.position)
        case fact.CallRecorded() | wait.ChildEnded():
            row = _paid(row, event)
        case _:
            row = _of_step(row, event, recorded.position)
    shown = replace(row, position=recorded.position, status=_status(row))
    return replace(shown, next_due=_next_due(row))


def _started(row: RunRow, event: fact.Started, position: int) -> RunRow:
    return replace(
        row,
        title=event.title,
        workflow_id=event.workflow_id,
        workflow_name=event.workflow_name,
        workflow_version=event.workflow_version,
        first_position=position,
        started_by=event.started_by,
        priority=event.priority,
        deadline_at=event.deadline_at,
        budget=event.budget,
        parent=event.parent,
        rerun_of=event.rerun_of,
        steps_total=len(event.nodes),
        sizes=sizes(event.nodes),
        input=event.input,
    )


def _interrupted(row: RunRow, event: fact.Paused | fact.Resumed | fact.CompensationBegun, recorded: Recorded) -> RunRow:
    context, position = recorded.context, recorded.position
    match event:
        case fact.Paused(reason):
            pause = Pause(context.actor_id, context.at, reason)
            return replace(row, state="paused", paused=pause, called_back=position, live=_called_back(row))
        case fact.Resumed():
            return replace(row, state="running", paused=None)
        case fact.CompensationBegun(step, code, detail):
            return replace(row, error=Problem(code, detail, step), undoing=True, stopped=position, live={})


def _over(row: RunRow, event: fact.Completed | fact.Failed | fact.Cancelled, position: int) -> RunRow:
    match event:
        case fact.Completed(output):
            return replace(row, state="completed", output=output, live={})
        case fact.Failed(step, code, detail):
            failed = replace(row, state="failed", error=Problem(code, detail, step))
            if not step:
                return replace(failed, stopped=position, live={})
            return replace(failed, called_back=position, live=_called_back(row))
        case fact.Cancelled():
            return replace(row, state="cancelled", stopped=position, live={})


def _called_back(row: RunRow) -> dict[str, Live]:
    """Steps under way may still end; those that were due wait until the run goes on."""
    return {name: live for name, live in row.live.items() if live.status != "scheduled"}


def _paid(row: RunRow, event: fact.CallRecorded | wait.ChildEnded) -> RunRow:
    if isinstance(event, wait.ChildEnded):
        spent = row.child_micro_usd + event.micro_usd, row.child_tokens + event.tokens
        return replace(row, child_micro_usd=spent[0], child_tokens=spent[1])
    known = event.cost_micro_usd is not None and row.cost_micro_usd is not None
    return replace(
        row,
        input_tokens=row.input_tokens + event.tokens.input,
        output_tokens=row.output_tokens + event.tokens.output,
        cost_micro_usd=(row.cost_micro_usd or 0) + (event.cost_micro_usd or 0) if known else None,
    )


def _of_step(row: RunRow, event: Event, position: int) -> RunRow:
    match event:
        case fact.StepScheduled(step, attempt, due_at):
            return _live(row, step, Live("scheduled", attempt, position, due_at))
        case fact.StepBegun(step, attempt, lease):
            scheduled = row.live[step].position if step in row.live else 0
            return _live(replace(row, begun=True), step, Live("running", attempt, scheduled, lease=lease))
        case wait.StepSuspended(step, attempt, _, due_at, escalates_at):
            return _live(row, step, Live("suspended", attempt, due_at=due_at, escalates_at=escalates_at))
        case wait.ApprovalEscalated(step) if step in row.live:
            return _live(row, step, replace(row.live[step], escalates_at=None))
        case fact.StepRetried():
            return replace(row, state="running", error=None, ended_at=None, deadline_at=None)
        case fact.StepOpened(step, opening=Planned(nodes)):
            planned = {step: len(nodes), **sizes(nodes, step)}
            return replace(_without(row, step), sizes={**row.sizes, **planned})
        case fact.StepOpened(step) | fact.StepLost(step) | fact.StepFailed(step, final=False):
            return _without(row, step)
        case wait.ChildAbandoned(step):
            return _without(row, step)
        case _:
            return _of_lists(row, event)


def _of_lists(row: RunRow, event: Event) -> RunRow:
    """What begins and ends with all that is inside it."""
    match event:
        case fact.ScopeBegun(step, key):
            more = size(row.sizes, scope_name(step, key))
            return replace(_without(row, step), steps_total=row.steps_total + more)
        case fact.StepCompleted(step) | fact.StepSkipped(step):
            return replace(_without(row, step, inside=True), steps_done=row.steps_done + 1)
        case fact.StepFailed(step):
            return _without(row, step, inside=True)
        case _:
            return row


def _live(row: RunRow, step: str, live: Live) -> RunRow:
    return replace(row, live={**row.live, step: live})


def _without(row: RunRow, step: str, *, inside: bool = False) -> RunRow:
    start = f"{step}."
    gone = [name for name in row.live if name == step or (inside and name.startswith(start))]
    return replace(row, live={name: live for name, live in row.live.items() if name not in gone}) if gone else row


def _status(row: RunRow) -> BegunStatus:
    if row.state != "running":
        return row.state
    if not row.begun:
        return "pending"
    waiting = bool(row.live) and all(live.status == "suspended" for live in row.live.values())
    return "waiting" if waiting else "running"


def _next_due(row: RunRow) -> float | None:
    """When something is due of itself, if anything is."""
    if row.state != "running":
        return None
    moments = [None if row.undoing else row.deadline_at]
    for live in row.live.values():
        if live.status == "suspended":
            moments += [live.due_at, live.escalates_at]
    return min((moment.timestamp() for moment in moments if moment is not None), default=None)
