"""Longer stories about runs, told by what was wished: the facts that they begin with follow from that."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from domain import run, run_commands
from domain.kernel import Context, replace
from domain.nodes import Transform
from domain.run_events import Events
from domain.run_state import Run
from domain.run_values import Opening, StepStatus, Waits
from tests.domain import runs
from tests.support.given import AT, CONTEXT

STARTER, OTHER = CONTEXT.actor_id, UUID(int=77)
Several: TypeAlias = tuple[run_commands.Commands, ...]
Wish: TypeAlias = run_commands.Commands | Several


def at(seconds: float, actor_id: UUID = STARTER) -> Context:
    """So many seconds after the beginning."""
    return replace(CONTEXT, at=later(seconds), actor_id=actor_id)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def story(*wishes: Wish, context: Context = CONTEXT) -> tuple[Events, ...]:
    """What happened when all this was wished, one after the other; nothing of it may be refused."""
    events: list[Events] = []
    for command in flat(wishes):
        decided = run.decide(command, run.decider.fold(events), context)
        assert decided, f"{command} changes something"
        events += decided
    return tuple(events)


def flat(wishes: Iterable[Wish]) -> list[run_commands.Commands]:
    return [command for wish in wishes for command in (wish if isinstance(wish, tuple) else (wish,))]


def state(*events: Events) -> Run:
    return run.decider.fold(events)


def statuses(*events: Events) -> dict[str, StepStatus]:
    return {name: step.status for name, step in state(*events).steps.items()}


def done(step: str, output: str = "", attempt: int = 1) -> Several:
    """A worker does it."""
    return (runs.begin(step, attempt), runs.complete(step, attempt, output or f"from {step}"))


def broken(step: str, attempt: int = 1) -> Several:
    """A worker fails for good."""
    return (runs.begin(step, attempt), runs.fail(step, attempt, retryable=False))


def opened(step: str, opening: Opening, attempt: int = 1) -> Several:
    """A worker finds out what begins inside it."""
    return (runs.begin(step, attempt), runs.open_step(step, opening, attempt))


def suspended(step: str, waits: Waits, attempt: int = 1, seconds: float | None = None) -> Several:
    return (runs.begin(step, attempt), runs.suspend(step, waits, attempt, seconds))


def leaf(name: str, *needs: str) -> Transform:
    """A node that a worker does in one go."""
    return Transform(id=name, needs=needs, expression="input")
