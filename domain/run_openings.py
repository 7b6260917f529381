"""Which ways of going on with a step fit its node: what may begin inside it, and what it may wait for."""

from domain.kernel import Rejected
from domain.nodes import Agent, AnyNode, Approval, Branch, Input, Loop, Map, Parallel, Plan, SubWorkflow, Wait
from domain.run_flow import MAX_TURNS
from domain.run_state import Step
from domain.run_values import (
    ArmTaken,
    ForAnswer,
    ForApproval,
    ForEvent,
    ForInput,
    Fork,
    ForRun,
    ForTime,
    Opening,
    Planned,
    Spread,
    Turn,
    Waits,
)
from domain.workflow import WRITTEN_OUT, check_graph, check_written_out

MAX_ITEMS = 1_000


def check(opening: Opening, name: str, step: Step) -> None:
    """Raise Rejected where nothing inside the step could begin like this."""
    if isinstance(opening, Planned) and isinstance(step.node, Plan):
        check_graph(opening.nodes, WRITTEN_OUT)
        check_written_out(opening.nodes)
    elif not _fits(opening, step):
        detail = f"what is inside step {name!r} does not begin with {type(opening).__name__} now"
        raise Rejected(detail, code="invalid_opening", field="opening")


def _fits(opening: Opening, step: Step) -> bool:
    match opening, step.node:
        case Fork(), Parallel():
            return True
        case ArmTaken(arm), Branch(arms=arms, otherwise=otherwise):
            return any(each.id == arm for each in arms) or (arm == "otherwise" and bool(otherwise))
        case Spread(count=count), Map():
            return step.begun <= count <= MAX_ITEMS
        case Turn(number), Loop(most=most):
            expected = step.opening.number + 1 if isinstance(step.opening, Turn) else 0
            return number == expected and number < max(1, min(most or MAX_TURNS, MAX_TURNS))
        case _:
            return False


def check_waits(waits: Waits, name: str, node: AnyNode) -> None:
    """Raise Rejected where the step could never come to an end by waiting for this."""
    match waits, node:
        case (
            (ForApproval(), Approval())
            | (ForInput(), Input())
            | (ForTime() | ForEvent(), Wait())
            | (ForRun(call=None), SubWorkflow())
            | (ForRun(call=int()) | ForAnswer(), Agent())
        ):
            return
        case _:
            detail = f"step {name!r} is not one that waits {type(waits).__name__}"
            raise Rejected(detail, code="invalid_wait", field="waits")
