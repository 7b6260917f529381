"""The facts of a session: what people ask, what is answered, and what is kept of it."""

from typing import TypeAlias
from uuid import UUID

from domain.kernel import Event, PayloadRef, Record
from domain.run_values import Shortening


class Attachment(Record):
    """A document that comes with a message."""

    title: str
    content: PayloadRef


class Started(Event, tag="session.started.v1"):
    """Either an agent answers in it, or a team that follows a workflow."""

    agent_id: UUID | None
    workflow_id: UUID | None
    title: str


class MessagePosted(Event, tag="session.message_posted.v1"):
    """Somebody asks something; where two messages are `after` the same one, the session has branches."""

    message_id: UUID
    after: UUID | None
    content: PayloadRef
    attachments: tuple[Attachment, ...] = ()


class AnswerBegun(Event, tag="session.answer_begun.v1"):
    """The run of this id makes an answer to a message."""

    answer_id: UUID
    to: UUID
    run_id: UUID


class AnswerCompleted(Event, tag="session.answer_completed.v1"):
    """`tainted_by` are the origins of what nobody vouches for and it was made with.

    `request` is what its model was asked first: what is asked next goes on from there.
    """

    answer_id: UUID
    output: PayloadRef | None
    tainted_by: tuple[str, ...] = ()
    request: PayloadRef | None = None


class AnswerStopped(Event, tag="session.answer_stopped.v1"):
    """`output` is what was said by then, as far as it is on record."""

    answer_id: UUID
    output: PayloadRef | None = None
    tainted_by: tuple[str, ...] = ()


class AnswerFailed(Event, tag="session.answer_failed.v1"):
    answer_id: UUID
    code: str
    detail: str


class Retitled(Event, tag="session.retitled.v1"):
    title: str


class Archived(Event, tag="session.archived.v1"):
    pass


class Reopened(Event, tag="session.reopened.v1"):
    pass


class Pinned(Event, tag="session.pinned.v1"):
    """Whoever answers is told this message word for word, however long the session becomes."""

    message_id: UUID


class Unpinned(Event, tag="session.unpinned.v1"):
    message_id: UUID


class Compacted(Event, tag="session.compacted.v1"):
    """Of the messages up to the one `through`, so many are told by a `summary`, or not at all, from now on.

    They stay on the record, so that the summary can be checked against them.
    """

    through: UUID
    replaced: int
    summary: PayloadRef | None
    method: Shortening
    tokens_before: int
    tokens_after: int


Saying: TypeAlias = MessagePosted | AnswerBegun | AnswerCompleted | AnswerStopped | AnswerFailed
"""What makes a message, or changes one."""

About: TypeAlias = Started | Retitled | Archived | Reopened | Pinned | Unpinned | Compacted
"""What is of the session itself."""

Events: TypeAlias = Saying | About
