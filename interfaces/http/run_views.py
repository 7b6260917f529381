"""How a run is shown over HTTP."""

from typing import Literal
from uuid import UUID

import msgspec

from domain.kernel import Instant, PayloadRef, Record
from domain.run_values import (
    BegunStatus,
    Decision,
    ForApproval,
    ForEvent,
    ForRun,
    Member,
    Parent,
    SkipReason,
    StepStatus,
    Waits,
)
from projections.run_row import RunRow
from projections.run_step_rows import Problem
from projections.run_tree import StepView
from projections.runs import Whole


class StepError(Record):
    """Why a step or a run failed; `step` is the one to blame, if it is another."""

    code: str
    detail: str
    step: str = ""


class Waiting(Record):
    """What a step waits for, as `answer` that of a person whom its agent asks.

    `subject` is what an approval shows, `run_id` the run that it started.
    """

    waits_for: Literal["approval", "input", "time", "event", "run", "answer"]
    event: str | None
    run_id: UUID | None
    subject: PayloadRef | None
    due_at: Instant | None
    escalates_at: Instant | None
    escalated: bool


class Verdict(Record):
    """What a person decided, or with null answered, and when."""

    decision: Decision | None
    by: UUID
    at: Instant
    note: str


class Step(Record):
    """A step of a run: one instance of a node of its workflow, by its path.

    `scope` is the list that it stands in, inside of the step `owner`; both are empty for the run's own. Tokens and cost
    are sums over its recorded calls; a cost of null is unknown. `child_tokens` and `child_micro_usd` is what runs that
    it started have spent.
    """

    id: str
    node: str
    kind: str
    shown_as: str
    title: str
    scope: str
    owner: str
    agent_id: UUID | None
    agent_name: str
    role: str
    model: str
    needs: tuple[str, ...]
    max_attempts: int
    status: StepStatus
    attempt: int
    since: Instant | None
    due_at: Instant | None
    started_at: Instant | None
    ended_at: Instant | None
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int | None
    child_tokens: int
    child_micro_usd: int
    calls_in_doubt: int
    error: StepError | None
    output: PayloadRef | None
    skipped: SkipReason | None
    waiting: Waiting | None
    verdict: Verdict | None


class RunSummary(Record):
    """A run in a list. Its steps are those known by now: those inside others count once they begin.

    A null cost is unknown.
    """

    id: UUID
    title: str
    workflow_id: UUID | None
    workflow_name: str
    workflow_version: int
    status: BegunStatus
    priority: int
    created_at: Instant
    ended_at: Instant | None
    deadline_at: Instant | None
    parent: Parent | None
    rerun_of: UUID | None
    steps_total: int
    steps_done: int
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int | None
    position: int


class Paused(Record):
    """Who paused the run, when and why."""

    by: UUID
    at: Instant
    reason: str


class RunAllowance(Record):
    """The most that a run may spend; what is null is not bounded."""

    micro_usd: int | None
    tokens: int | None


class Run(RunSummary):
    """A run with its steps, each followed by those inside it. `input` and `output` name stored texts."""

    steps: list[Step]
    budget: RunAllowance | None
    paused: Paused | None
    input: PayloadRef | None
    output: PayloadRef | None
    error: StepError | None
    children: list[UUID]


class RunPage(Record):
    """Runs from the newest on. `next` goes into `before` for the next page."""

    items: list[RunSummary]
    next: str | None
    position: int


def summary(row: RunRow) -> RunSummary:
    return RunSummary(**{name: getattr(row, name) for name in RunSummary.__struct_fields__})


def whole(found: Whole) -> Run:
    row = found.run
    return Run(
        **msgspec.structs.asdict(summary(row)),
        steps=[step(view) for view in found.views()],
        budget=RunAllowance(row.budget.micro_usd, row.budget.tokens) if row.budget else None,
        paused=Paused(row.paused.by, row.paused.at, row.paused.reason) if row.paused else None,
        input=row.input,
        output=row.output,
        error=_error(row.error),
        children=[child.id for child in found.children],
    )


AS_THEY_ARE = frozenset(Step.__struct_fields__) & frozenset(StepView.__struct_fields__) - {"node", "error", "verdict"}
NOBODY = Member(UUID(int=0), 0, "", "", "")


def step(view: StepView) -> Step:
    node, member = view.node, view.member
    who, made = member or NOBODY, view.verdict
    kind = node.__struct_config__.tag
    return Step(
        **{name: getattr(view, name) for name in AS_THEY_ARE},
        node=node.id,
        kind=str(kind),
        shown_as=node.shown_as or str(kind),
        title=node.title,
        agent_id=member.agent_id if member else None,
        agent_name=who.name,
        role=who.role,
        needs=node.needs,
        max_attempts=node.tries.attempts,
        error=_error(view.error),
        waiting=_waiting(view, view.waits) if view.waits else None,
        verdict=Verdict(made.decision, made.by, made.at, made.note) if made else None,
    )


def _waiting(view: StepView, waits: Waits) -> Waiting:
    return Waiting(
        waits_for=waits.__struct_config__.tag,  # type: ignore[arg-type]  # the tags are those that the view names
        event=waits.name if isinstance(waits, ForEvent) else None,
        run_id=waits.run_id if isinstance(waits, ForRun) else None,
        subject=waits.subject if isinstance(waits, ForApproval) else None,
        due_at=view.due_at,
        escalates_at=view.escalates_at,
        escalated=view.escalated,
    )


def _error(problem: Problem | None) -> StepError | None:
    return StepError(problem.code, problem.detail, problem.step) if problem else None
