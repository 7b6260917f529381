"""What a worker and those who are waited for do with a step as it should be done."""

from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from domain import run_commands
from domain.nodes import Allowance, AnyNode, Approval, Branch, Input, Loop, Map, Parallel, Plan, SubWorkflow, Wait
from domain.run_commands import Onward
from domain.run_state import Run, Step
from domain.run_values import (
    ArmTaken,
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
from tests.domain import runs
from tests.domain.node_graphs import DEEPEST, Maker


def child_of(name: str, step: Step) -> UUID:
    return uuid5(NAMESPACE_URL, f"{name}:{step.attempt}")


def next_deed(run: Run, name: str, chance: Random) -> run_commands.Commands:
    """The command that brings a step on which something may be done nearer to its end."""
    step = run.steps[name]
    match step.status:
        case "scheduled":
            return runs.begin(name, step.attempt)
        case "suspended":
            return _answer(name, step)
        case _:
            return _end(run, name, step, chance)


def _answer(name: str, step: Step) -> run_commands.Commands:
    """What a suspended step waits for."""
    match step.waits:
        case ForApproval():
            return runs.decide(name)
        case ForInput():
            return runs.give(name)
        case ForEvent(event):
            return runs.signal(event)
        case ForRun(run_id):
            return runs.end_child(name, run_id, "completed")
        case _:
            return run_commands.WakeRun()


def _end(run: Run, name: str, step: Step, chance: Random) -> run_commands.Commands:
    onward = Onward(runs.LEASE, chance.randint(1, 3)) if chance.random() < 0.3 else None
    if step.node.when and step.opening is None and chance.random() < 0.3:
        return run_commands.PassStep(name, step.attempt, onward)
    waits = _waits(step.node, name, step, chance)
    if waits is not None:
        return runs.suspend(name, waits, step.attempt, step.node.timeout_seconds or chance.choice((None, 50.0, -1.0)))
    opening = _opening(run, step, chance)
    if opening is not None:
        return run_commands.OpenStep(name, step.attempt, opening, onward)
    return run_commands.CompleteStep(name, step.attempt, runs.text(name), onward)


def _waits(node: AnyNode, name: str, step: Step, chance: Random) -> Waits | None:
    match node:
        case Approval():
            return ForApproval(runs.text("subject"))
        case Input():
            return ForInput()
        case Wait(event=event):
            return ForEvent(event) if event else ForTime()
        case SubWorkflow():
            return ForRun(child_of(name, step), Allowance(tokens=10) if chance.random() < 0.5 else None)
        case _:
            return None


def _opening(run: Run, step: Step, chance: Random) -> Opening | None:
    """How a step opens, if there is anything inside it to begin now."""
    match step.node, step.opening:
        case Parallel(), None:
            return Fork()
        case Map(), Spread(count=count) if step.ended == count:
            return None
        case Map(), _:
            count = max(step.begun, chance.randint(0, 4))
            return Spread(runs.text("items"), count) if count else None
        case Branch(arms=arms, otherwise=otherwise), _:
            ways = [arm.id for arm in arms] + (["otherwise"] if otherwise else [])
            return ArmTaken(chance.choice(ways))
        case Loop(most=most), Turn(number):
            return Turn(number + 1) if number + 1 < (most or 0) and chance.random() < 0.7 else None
        case Loop(), _:
            return Turn(0)
        case Plan(), _:
            return Planned(Maker(chance, 3).nodes(DEEPEST - 1, 3))
        case _:
            return None


def open_steps(run: Run) -> list[str]:
    """The steps of which something may be done now."""
    return [name for name, step in run.steps.items() if step.status in ("scheduled", "running", "suspended")]
