"""What lists show of a session, and what there is of each of its messages: rows of one table."""

from uuid import UUID, uuid5

from application.ports import Recorded
from domain import session_events as fact
from domain.kernel import Instant, PayloadRef, Record, replace
from domain.run_values import Shortening
from domain.session_events import Attachment
from domain.session_state import MessageStatus
from projections.table import Row


class Shortened(Record):
    """What is told in place of so many messages, and how many tokens that spares."""

    replaced: int
    summary: PayloadRef | None
    method: Shortening
    tokens_before: int
    tokens_after: int


class SessionRow(Row, kw_only=True, omit_defaults=True, tag_field="row", tag="session"):
    """`under_way` are answers with their runs. `updated_position` moves when something is said."""

    title: str = ""
    status: str = "open"
    agent_id: UUID | None = None
    workflow_id: UUID | None = None
    started_by: UUID
    created_at: Instant
    updated_at: Instant
    updated_position: int
    messages: int = 0
    last: UUID | None = None
    under_way: dict[UUID, UUID] = {}
    pinned: tuple[UUID, ...] = ()


class MessageRow(Row, kw_only=True, omit_defaults=True, tag_field="row", tag="message"):
    """A question by a person, or an answer that a run makes; `first_position` is where it stands in the log."""

    session_id: UUID
    message_id: UUID
    first_position: int
    kind: str
    after: UUID | None = None
    by: UUID
    at: Instant
    content: PayloadRef | None = None
    attachments: tuple[Attachment, ...] = ()
    status: MessageStatus = "said"
    run_id: UUID | None = None
    ended_at: Instant | None = None
    tainted_by: tuple[str, ...] = ()
    code: str = ""
    detail: str = ""
    shortened: Shortened | None = None


def row_of(session_id: UUID, message_id: UUID) -> UUID:
    """The id of the row of a message."""
    return uuid5(session_id, str(message_id))


def message_of(event: fact.Events) -> UUID | None:
    """The message whose row an event changes."""
    match event:
        case fact.MessagePosted(message_id):
            return message_id
        case fact.AnswerBegun(answer_id) | fact.AnswerCompleted(answer_id):
            return answer_id
        case fact.AnswerStopped(answer_id) | fact.AnswerFailed(answer_id):
            return answer_id
        case fact.Compacted(through):
            return through
        case _:
            return None


def session(row: SessionRow | None, recorded: Recorded, event: fact.Events) -> SessionRow:
    context, position = recorded.context, recorded.position
    if row is None:
        row = SessionRow(
            id=recorded.stream,
            workspace_id=context.workspace_id,
            position=0,
            started_by=context.actor_id,
            created_at=context.at,
            updated_at=context.at,
            updated_position=position,
        )
    row = replace(row, position=position)
    if isinstance(event, fact.Saying):
        return _said(replace(row, updated_at=context.at, updated_position=position), event)
    match event:
        case fact.Started(agent_id, workflow_id, title):
            return replace(row, agent_id=agent_id, workflow_id=workflow_id, title=title)
        case fact.Retitled(title):
            return replace(row, title=title)
        case fact.Archived():
            return replace(row, status="archived")
        case fact.Reopened():
            return replace(row, status="open")
        case fact.Pinned(message_id):
            return replace(row, pinned=(*row.pinned, message_id))
        case fact.Unpinned(message_id):
            return replace(row, pinned=tuple(each for each in row.pinned if each != message_id))
        case fact.Compacted():
            return row


def _said(row: SessionRow, event: fact.Saying) -> SessionRow:
    match event:
        case fact.MessagePosted(message_id):
            return replace(row, last=message_id, messages=row.messages + 1)
        case fact.AnswerBegun(answer_id, _, run_id):
            under_way = {**row.under_way, answer_id: run_id}
            return replace(row, last=answer_id, messages=row.messages + 1, under_way=under_way)
        case _:
            left = {answer: run for answer, run in row.under_way.items() if answer != event.answer_id}
            return replace(row, under_way=left)


def message(row: MessageRow | None, recorded: Recorded, event: fact.Events) -> MessageRow:
    if row is None:
        context = recorded.context
        message_id = message_of(event) or recorded.stream
        row = MessageRow(
            id=row_of(recorded.stream, message_id),
            workspace_id=context.workspace_id,
            position=0,
            session_id=recorded.stream,
            message_id=message_id,
            first_position=recorded.position,
            kind="question" if isinstance(event, fact.MessagePosted) else "answer",
            by=context.actor_id,
            at=context.at,
        )
    return _changed(replace(row, position=recorded.position), event, recorded.context.at)


def _changed(row: MessageRow, event: fact.Events, at: Instant) -> MessageRow:
    match event:
        case fact.MessagePosted(_, after, content, attachments):
            return replace(row, after=after, content=content, attachments=attachments)
        case fact.AnswerBegun(_, to, run_id):
            return replace(row, after=to, run_id=run_id, status="under_way")
        case fact.AnswerCompleted(_, output, tainted_by):
            done = replace(row, status="completed", content=output, tainted_by=tainted_by, ended_at=at)
            return replace(done, code="", detail="")
        case fact.AnswerStopped(_, output, tainted_by):
            return replace(row, status="stopped", content=output, tainted_by=tainted_by, ended_at=at)
        case fact.AnswerFailed(_, code, detail):
            return replace(row, status="failed", code=code, detail=detail, ended_at=at)
        case fact.Compacted(_, replaced, summary, method, before, after):
            return replace(row, shortened=Shortened(replaced, summary, method, before, after))
        case _:
            return row
