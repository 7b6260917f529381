"""What can be wished of a session, by people, and by Z2 once an answer is over."""

from typing import Annotated, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain.kernel import Command, Name, PayloadRef
from domain.run_values import Shortening
from domain.session_events import Attachment

MOST_ATTACHMENTS = 20

Attachments: TypeAlias = Annotated[tuple[Attachment, ...], Meta(max_length=MOST_ATTACHMENTS)]


class StartSession(Command):
    """Talk with an agent, or with a team that follows a workflow; exactly one of the two is given."""

    title: Name
    agent_id: UUID | None = None
    workflow_id: UUID | None = None


class PostMessage(Command):
    """Ask something `after` an answer, or as a new beginning, and have the run of this id answer it."""

    message_id: UUID
    after: UUID | None
    content: PayloadRef
    answer_id: UUID
    run_id: UUID
    attachments: Attachments = ()


class Regenerate(Command):
    """Have a message answered once more; the answers before it stay."""

    message_id: UUID
    answer_id: UUID
    run_id: UUID


class CompleteAnswer(Command):
    answer_id: UUID
    output: PayloadRef | None
    tainted_by: tuple[str, ...] = ()
    request: PayloadRef | None = None


class StopAnswer(Command):
    """`output` is what was said by now, as far as it is on record."""

    answer_id: UUID
    output: PayloadRef | None = None
    tainted_by: tuple[str, ...] = ()


class FailAnswer(Command):
    answer_id: UUID
    code: str
    detail: str


class RetitleSession(Command):
    title: Name


class ArchiveSession(Command):
    """What is under way is answered; nothing more is asked."""


class ReopenSession(Command):
    pass


class PinMessage(Command):
    message_id: UUID


class UnpinMessage(Command):
    message_id: UUID


class CompactSession(Command):
    """Tell less of the messages up to the one `through` from now on, but for those that are pinned."""

    through: UUID
    replaced: int
    summary: PayloadRef | None
    method: Shortening
    tokens_before: int
    tokens_after: int


Asking: TypeAlias = PostMessage | Regenerate
Ending: TypeAlias = CompleteAnswer | StopAnswer | FailAnswer
Keeping: TypeAlias = PinMessage | UnpinMessage | CompactSession

Commands: TypeAlias = (
    StartSession
    | PostMessage
    | Regenerate
    | CompleteAnswer
    | StopAnswer
    | FailAnswer
    | RetitleSession
    | ArchiveSession
    | ReopenSession
    | PinMessage
    | UnpinMessage
    | CompactSession
)
