"""Which steps take room in a process, and how much of it there is."""

from collections.abc import Sequence
from typing import TypeGuard

from application.policies.step_jobs import StepJob
from domain import nodes
from domain.kernel import Record
from domain.nodes import AnyNode
from domain.run_state import Run

SLOW = nodes.Agent | nodes.Plan | nodes.Tool
"""What these do takes long, or must not be done twice."""

MOST_QUICK = 200
"""So many steps that are done at once a process goes on with at a time, beside those that take room."""


class Room(Record):
    """With how many steps a process may go on: those that take room there, and those that are done at once."""

    slow: int
    quick: int = 0

    @property
    def most(self) -> int:
        return self.slow + self.quick


def is_slow(node: AnyNode) -> TypeGuard[SLOW]:
    return isinstance(node, SLOW)


def fitting(jobs: Sequence[StepJob], run: Run, room: Room) -> Sequence[StepJob]:
    """The first of the steps, as far as there is room for each."""
    left = {True: room.slow, False: room.quick}
    for number, job in enumerate(jobs):
        slow = is_slow(run.steps[job.step].node)
        if not left[slow]:
            return jobs[:number]
        left[slow] -= 1
    return jobs


def taken(jobs: Sequence[StepJob], run: Run) -> Room:
    """What the steps need of it."""
    slow = sum(is_slow(run.steps[job.step].node) for job in jobs)
    return Room(slow, len(jobs) - slow)
