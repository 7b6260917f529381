"""What a run on the record was given and came to, as far as another one can be held beside it."""

from collections.abc import Sequence
from uuid import UUID

from application.errors import Invalid
from application.ports import Recorded
from domain.kernel import PayloadRef, Record
from domain.nodes import Tool
from domain.run_events import Cancelled, Completed, Failed, Started
from domain.run_spending import spent_in
from domain.run_state import Run
from domain.suite import Golden


class Measured(Record):
    """A run that is over; a cost of None is unknown. The tools are those that answered, of its own steps."""

    output: PayloadRef | None
    micro_usd: int | None
    seconds: float
    tools: tuple[str, ...]


def measured(run: Run, past: Sequence[Recorded]) -> Measured:
    """Of a run with its events."""
    over = [each for each in past if isinstance(each.event, Completed | Failed | Cancelled)]
    seconds = (over[-1].context.at - past[0].context.at).total_seconds() if over else 0.0
    return Measured(run.output, _cost(run), round(seconds, 3), _tools(run))


def golden(run_id: UUID, run: Run, past: Sequence[Recorded]) -> Golden:
    """The run as a case. Raises Invalid where it is none that could be held beside others."""
    if run.status != "completed":
        raise Invalid(f"only a completed run becomes a case, and this one is {run.status}", field="run_id")
    if run.conversation is not None:
        detail = "an answer of a conversation depends on all that was said before it, so it becomes no case"
        raise Invalid(detail, field="run_id")
    started = past[0].event
    assert isinstance(started, Started), "a run begins with its start"
    found, alone = measured(run, past), started.agent_id is not None
    return Golden(
        run_id,
        started.title,
        started.workflow_name,
        started.workflow_version,
        started.input,
        found.output,
        None if alone else started.workflow_id,
        started.agent_id,
        found.micro_usd,
        found.seconds,
        found.tools,
    )


def _cost(run: Run) -> int | None:
    calls = [call for step in run.steps.values() for call in step.calls]
    if any(call.status == "recorded" and call.cost_micro_usd is None for call in calls):
        return None
    return spent_in(run, "micro_usd")


def _tools(run: Run) -> tuple[str, ...]:
    called = {use.tool for step in run.steps.values() for use in step.tools if use.status == "ended"}
    nodes = {
        step.node.tool for step in run.steps.values() if isinstance(step.node, Tool) and step.status == "completed"
    }
    return tuple(sorted(called | nodes))
