"""How a run is shown over HTTP."""

from uuid import UUID

from domain.kernel import Instant, PayloadRef, Record
from domain.run_events import RunStatus
from projections.runs import Problem, RunRow, StepRow


class RunSummary(Record):
    """A run in a list. A cost of null is unknown."""

    id: UUID
    title: str
    workflow_id: UUID | None
    workflow_name: str
    workflow_version: int
    status: RunStatus
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

    steps: tuple[StepRow, ...] = ()
    input: PayloadRef | None = None
    output: PayloadRef | None = None
    error: Problem | None = None


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
    shown = summary(row)
    fields = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return Run(**fields, steps=row.steps, input=row.input, output=row.output, error=row.error)
