"""How sessions and what is said in them are shown over HTTP."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from application.errors import NotFound, PayloadAltered
from application.sessions.asking import Posted
from domain.kernel import Instant, PayloadRef, Record
from domain.run_values import Shortening
from domain.session_state import MessageStatus
from interfaces.composition import Core
from interfaces.http.commands import Accepted
from projections.session_rows import MessageRow, SessionRow


class AskedInSession(Accepted):
    """The session, and where something was asked the message with the answer that is under way in this run."""

    message_id: UUID | None = None
    answer_id: UUID | None = None
    run_id: UUID | None = None

    @classmethod
    def to(cls, posted: Posted) -> "AskedInSession":
        ids = posted.ids
        said = (None, None, None) if ids is None else (ids.message_id, ids.answer_id, ids.run_id)
        return cls(posted.session_id, posted.position, *said)


class FoundMessage(Record):
    """The message in which most of what was looked for was said, and the `text` around it."""

    message_id: UUID
    text: str


class SessionSummary(Record):
    """A session with an agent or with a team that follows a workflow; `under_way` are the answers that are made.

    `found` is null where nothing was looked for, and where the title alone has it.
    """

    id: UUID
    title: str
    status: Literal["open", "archived"]
    agent_id: UUID | None
    workflow_id: UUID | None
    started_by: UUID
    created_at: Instant
    updated_at: Instant
    messages: int
    last: UUID | None
    under_way: list[UUID]
    found: FoundMessage | None


class SessionPage(Record):
    """From the session on in which something was said last. `next` goes into `before` for the next page.

    A search looks through so many messages for a page; where it finds little in them, `next` has it go on.
    """

    items: list[SessionSummary]
    next: int | None


class AttachedDocument(Record):
    """A document that came with a message; `size` is in bytes."""

    title: str
    size: int
    media_type: str


class ShortenedMessages(Record):
    """From here on whoever answers is told a `summary` of so many messages, or nothing of them."""

    replaced: int
    method: Shortening
    summary: str | None
    tokens_before: int
    tokens_after: int


class SaidMessage(Record):
    """A question by a person, or an answer to it that the run makes.

    Messages that are `after` the same one are branches. `text` is null while nothing is said, and where it was erased.
    `tainted_by` are the origins of what nobody vouches for and the answer was made with.
    """

    id: UUID
    kind: Literal["question", "answer"]
    after: UUID | None
    by: UUID
    at: Instant
    text: str | None
    media_type: str
    attachments: list[AttachedDocument]
    status: MessageStatus
    run_id: UUID | None
    ended_at: Instant | None
    tainted_by: tuple[str, ...]
    code: str
    detail: str
    pinned: bool
    shortened: ShortenedMessages | None


class SessionMessages(Record):
    """A session with its newest messages in the order in which they were said, of all its branches.

    `next` goes into `before` for those that were said before them.
    """

    session: SessionSummary
    items: list[SaidMessage]
    next: int | None


def summary(row: SessionRow, found: FoundMessage | None = None) -> SessionSummary:
    told = {**msgspec.structs.asdict(row), "under_way": list(row.under_way), "found": found}
    return msgspec.convert(told, SessionSummary, from_attributes=True)


async def said(core: Core, session: SessionRow, rows: Sequence[MessageRow]) -> list[SaidMessage]:
    """The messages with their texts."""
    refs = [row.content for row in rows if row.content is not None]
    refs += [row.shortened.summary for row in rows if row.shortened is not None and row.shortened.summary is not None]
    known = await texts(core, session.workspace_id, refs)
    return [_said(row, session, known) for row in rows]


async def texts(core: Core, workspace_id: UUID, refs: Iterable[PayloadRef]) -> dict[PayloadRef, str | None]:
    """What is stored under these references; None for what was erased."""
    wanted = list(dict.fromkeys(refs))
    found = await asyncio.gather(*(_text(core, workspace_id, ref) for ref in wanted))
    return dict(zip(wanted, found, strict=True))


async def _text(core: Core, workspace_id: UUID, ref: PayloadRef) -> str | None:
    try:
        return await core.payloads.get(workspace_id, ref)
    except PayloadAltered:
        raise
    except NotFound:
        return None


def _said(row: MessageRow, session: SessionRow, texts: Mapping[PayloadRef, str | None]) -> SaidMessage:
    shortened = row.shortened
    told = {
        **msgspec.structs.asdict(row),
        "id": row.message_id,
        "text": texts[row.content] if row.content is not None else None,
        "media_type": row.content.media_type if row.content is not None else "text/plain",
        "attachments": [
            AttachedDocument(each.title, each.content.size, each.content.media_type) for each in row.attachments
        ],
        "pinned": row.message_id in session.pinned,
        "shortened": None
        if shortened is None
        else {
            **msgspec.structs.asdict(shortened),
            "summary": texts[shortened.summary] if shortened.summary is not None else None,
        },
    }
    return msgspec.convert(told, SaidMessage, from_attributes=True)
