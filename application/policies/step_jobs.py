"""A scheduled step becomes a job whose id names the event, so that a second delivery is the same job.

A step that whoever caused it goes on with is nobody's job.
"""

from uuid import UUID

import msgspec

from application.ports import Job, Recorded
from domain.kernel import Instant, Record
from domain.run_events import StepScheduled

NAME = "step_jobs"


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


def job(position: int, arguments: StepJob, due_at: Instant | None, priority: int = 0) -> Job:
    """The job of one attempt; the sweeper makes the same one again where the queue has lost it."""
    told = msgspec.to_builtins(arguments)
    return Job(f"{NAME}:{position}", "perform_step", told, due_at, arguments.workspace_id, priority)
