"""All that becomes jobs of what happens to runs."""

from collections.abc import Sequence

from application.policies import child_runs, session_answers, step_jobs
from application.ports import Job, Recorded
from domain.run_events import Cancelled, StepBegun, StepScheduled
from domain.run_wait_events import ChildAbandoned, ChildEnded


def react(recorded: Recorded) -> list[Job]:
    return [*step_jobs.react(recorded), *child_runs.react(recorded), *session_answers.react(recorded)]


def needed(batch: Sequence[Recorded]) -> list[Job]:
    """What was done since was put on the queue by whoever caused it, and needs no job any more."""
    done = set[tuple[object, ...]]()
    jobs: list[Job] = []
    for recorded in reversed(batch):
        if _wanted(recorded) not in done:
            jobs += react(recorded)
        done.add(_done(recorded))
    return jobs[::-1]


def _wanted(recorded: Recorded) -> tuple[object, ...]:
    match recorded.event:
        case StepScheduled(step, attempt):
            return recorded.stream, step, attempt
        case ChildAbandoned(run_id=run_id):
            return run_id, "cancelled"
        case _:
            return recorded.stream, "ended"


def _done(recorded: Recorded) -> tuple[object, ...]:
    match recorded.event:
        case StepBegun(step, attempt):
            return recorded.stream, step, attempt
        case Cancelled():
            return recorded.stream, "cancelled"
        case ChildEnded(run_id=run_id):
            return run_id, "ended"
        case _:
            return ()
