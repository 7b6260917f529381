"""The end of a run that another has started becomes a job, and so does a run that nobody waits for any more."""

from uuid import UUID

import msgspec

from application.ports import Job, Recorded
from domain.kernel import Record
from domain.run_events import Cancelled, Completed, Failed
from domain.run_values import Parent
from domain.run_wait_events import ChildAbandoned

NAME = "child_runs"
END, CANCEL = "end_child", "cancel_run"


class ChildJob(Record):
    """A run that is over, and the step of another for which it was done."""

    workspace_id: UUID
    run_id: UUID
    parent: Parent


class CancelJob(Record):
    """A run that is to be cancelled; `by` is the one whose step gave it up."""

    workspace_id: UUID
    run_id: UUID
    by: UUID


def react(recorded: Recorded) -> list[Job]:
    workspace_id, stream = recorded.context.workspace_id, recorded.stream
    match recorded.event:
        case Completed(parent=parent) | Failed(parent=parent) | Cancelled(parent=parent) if parent is not None:
            return [_job(recorded, END, ChildJob(workspace_id, stream, parent))]
        case ChildAbandoned(run_id=run_id):
            return [_job(recorded, CANCEL, CancelJob(workspace_id, run_id, stream))]
        case _:
            return []


def _job(recorded: Recorded, name: str, arguments: ChildJob | CancelJob) -> Job:
    return Job(f"{NAME}:{recorded.position}", name, msgspec.to_builtins(arguments))
