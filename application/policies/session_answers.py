"""The end of a run that was started for an answer becomes a job, which tells the session."""

from uuid import UUID

import msgspec

from application.ports import Job, Recorded
from domain.kernel import Record
from domain.run_events import Cancelled, Completed, Failed
from domain.run_values import Conversation

NAME = "session_answers"
END = "end_answer"


class AnswerJob(Record):
    """A run that is over, and the answer for which it was started."""

    workspace_id: UUID
    run_id: UUID
    conversation: Conversation


def react(recorded: Recorded) -> list[Job]:
    match recorded.event:
        case Completed(conversation=told) | Failed(conversation=told) | Cancelled(conversation=told) if (
            told is not None
        ):
            job = AnswerJob(recorded.context.workspace_id, recorded.stream, told)
            return [Job(f"{NAME}:{recorded.position}", END, msgspec.to_builtins(job))]
        case _:
            return []
