"""A session now: its messages are a tree, and a conversation is the way from its beginning to one of its leaves."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import PayloadRef, Record
from domain.run_values import Shortening
from domain.session_events import Attachment

MessageStatus: TypeAlias = Literal["said", "under_way", "completed", "stopped", "failed"]
"""A question is said; all else are answers."""


class Message(Record):
    """Something that was asked, or an answer with the run that made it; `after` is what it follows.

    `pinned` is what was pinned when the answer was begun: what is pinned since does not change what it was told.
    """

    id: UUID
    kind: Literal["question", "answer"]
    after: UUID | None
    content: PayloadRef | None = None
    attachments: tuple[Attachment, ...] = ()
    status: MessageStatus = "said"
    run_id: UUID | None = None
    tainted_by: tuple[str, ...] = ()
    request: PayloadRef | None = None
    pinned: tuple[UUID, ...] = ()
    code: str = ""
    detail: str = ""


class Compaction(Record):
    """A `summary` or nothing stands for so many messages."""

    replaced: int
    summary: PayloadRef | None
    method: Shortening


class Session(Record):
    """`compactions` are by the last message that each stands for; `under_way` are answers, and `last` is the newest."""

    status: Literal["absent", "open", "archived"] = "absent"
    title: str = ""
    agent_id: UUID | None = None
    workflow_id: UUID | None = None
    messages: dict[UUID, Message] = {}
    under_way: tuple[UUID, ...] = ()
    last: UUID | None = None
    pinned: tuple[UUID, ...] = ()
    compactions: dict[UUID, Compaction] = {}

    def path(self, leaf: UUID) -> tuple[Message, ...]:
        """What was said from the beginning up to this message, in order; nothing where there is no such message."""
        found: list[Message] = []
        message = self.messages.get(leaf)
        while message is not None:
            found.append(message)
            message = None if message.after is None else self.messages.get(message.after)
        return tuple(reversed(found))

    def answering(self, message_id: UUID) -> UUID | None:
        """The answer to this message that is under way, if one is."""
        return next((each for each in self.under_way if self.messages[each].after == message_id), None)
