"""How a run is shown over HTTP."""

from uuid import UUID

import msgspec

from domain.kernel import Instant, PayloadRef, Record
from domain.run_events import BegunStatus, StepStatus
from projections.runs import RunRow


class StepError(Record):
    """Why a step or a run failed."""

    code: str
    detail: str


class Step(Record):
    """A step of a run. Tokens and cost are sums over its recorded calls; a cost of null is unknown."""

    id: str
    agent_id: UUID
    agent_name: str
    role: str
    model: str
    needs: tuple[str, ...]
    max_attempts: int
    status: StepStatus
    attempt: int
    due_at: Instant | None
    started_at: Instant | None
    ended_at: Instant | None
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int | None
    calls_in_doubt: int
    error: StepError | None
    output: PayloadRef | None


class RunSummary(Record):
    """A run in a list. A cost of null is unknown."""

    id: UUID
    title: str
    workflow_id: UUID | None
    workflow_name: str
    workflow_version: int
    status: BegunStatus
    created_at: Instant
    ended_at: Instant | None
    steps_total: int
    steps_done: int
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int | None
    position: int


class Run(RunSummary):
    """A run with its steps. `input` and `output` name stored texts."""

    steps: list[Step]
    input: PayloadRef | None
    output: PayloadRef | None
    error: StepError | None


class RunPage(Record):
    """Runs from the newest on. `next` goes into `before` for the next page."""

    items: list[RunSummary]
    next: str | None
    position: int


def cost(row: RunRow) -> int | None:
    """The sum over the steps; unknown as soon as one is."""
    costs = [step.cost_micro_usd for step in row.steps]
    known = [each for each in costs if each is not None]
    return sum(known) if len(known) == len(costs) else None


def summary(row: RunRow) -> RunSummary:
    return RunSummary(
        id=row.id,
        title=row.title,
        workflow_id=row.workflow_id,
        workflow_name=row.workflow_name,
        workflow_version=row.workflow_version,
        status=row.status,
        created_at=row.created_at,
        ended_at=row.ended_at,
        steps_total=len(row.steps),
        steps_done=sum(1 for step in row.steps if step.status == "completed"),
        input_tokens=sum(step.input_tokens for step in row.steps),
        output_tokens=sum(step.output_tokens for step in row.steps),
        cost_micro_usd=cost(row),
        position=row.position,
    )


def whole(row: RunRow) -> Run:
    steps = msgspec.convert(row.steps, list[Step], from_attributes=True)
    error = msgspec.convert(row.error, StepError | None, from_attributes=True)
    return Run(**msgspec.structs.asdict(summary(row)), steps=steps, input=row.input, output=row.output, error=error)
