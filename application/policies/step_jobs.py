"""A scheduled step becomes a job whose id names the event, so that a second delivery is the same job.

A step that whoever caused it goes on with is nobody's job.
"""

from functools import cache
from uuid import UUID

import msgspec

from application.ports import Job, Recorded
from application.registry import tag_of
from domain.kernel import Event, Instant, Record
from domain.run_events import StepScheduled

NAME = "step_jobs"
FREQUENT = frozenset({"run", "call", "ledger"})
"""The nouns whose events come by the thousand."""


class StepJob(Record):
    """Which attempt a worker is asked to perform."""

    workspace_id: UUID
    run_id: UUID
    step: str
    attempt: int


def react(recorded: Recorded) -> list[Job]:
    match recorded.event:
        case StepScheduled(step, attempt, due_at, taken=False, priority=priority):
            arguments = StepJob(recorded.context.workspace_id, recorded.stream, step, attempt)
            return [job(recorded.position, arguments, due_at, priority)]
        case _:
            return []


def urgent(event: Event) -> bool:
    """Whether it is of no kind that comes by the thousand."""
    return not frequent(type(event))


@cache
def frequent(kind: type[Event]) -> bool:
    """Whether such events come by the thousand."""
    return tag_of(kind).partition(".")[0] in FREQUENT


def job(position: int, arguments: StepJob, due_at: Instant | None, priority: int = 0) -> Job:
    """The job of one attempt; the sweeper makes the same one again where the queue has lost it."""
    told = msgspec.to_builtins(arguments)
    return Job(f"{NAME}:{position}", "perform_step", told, due_at, arguments.workspace_id, priority)
