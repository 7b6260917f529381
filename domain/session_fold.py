"""What each fact makes of a session."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from domain import session_events as fact
from domain.kernel import replace
from domain.session_events import About, Events, Saying
from domain.session_state import Compaction, Message, Session

initial = Session()


def evolve(session: Session, event: Events) -> Session:
    if not isinstance(event, Saying):
        return _told(session, event)
    said = _said(session.messages, session.pinned, event)
    return _with(replace(session, messages={**session.messages, said.id: said}), said, event)


def at_once(session: Session, events: Iterable[Events]) -> Session:
    """As `evolve`, with the messages copied once instead of for each event."""
    messages = dict(session.messages)
    state = replace(session, messages=messages)
    for event in events:
        if isinstance(event, Saying):
            said = _said(messages, state.pinned, event)
            messages[said.id] = said
            state = _with(state, said, event)
        else:
            state = _told(state, event)
    return state


def _said(messages: Mapping[UUID, Message], pinned: tuple[UUID, ...], event: Saying) -> Message:
    """The message that the event is about, as it leaves it."""
    match event:
        case fact.MessagePosted(message_id, after, content, attachments):
            return Message(message_id, "question", after, content, attachments)
        case fact.AnswerBegun(answer_id, to, run_id):
            return Message(answer_id, "answer", to, status="under_way", run_id=run_id, pinned=pinned)
        case _:
            return _ended(messages.get(event.answer_id) or Message(event.answer_id, "answer", None), event)


def _ended(answer: Message, event: fact.AnswerCompleted | fact.AnswerStopped | fact.AnswerFailed) -> Message:
    match event:
        case fact.AnswerCompleted(_, output, tainted_by, request):
            made = replace(answer, status="completed", content=output, tainted_by=tainted_by, request=request)
            return replace(made, code="", detail="")
        case fact.AnswerStopped(_, output, tainted_by):
            return replace(answer, status="stopped", content=output, tainted_by=tainted_by)
        case fact.AnswerFailed(_, code, detail):
            return replace(answer, status="failed", code=code, detail=detail)


def _with(session: Session, said: Message, event: Saying) -> Session:
    """The session once a message is as it is now; what is new is its newest."""
    match event:
        case fact.MessagePosted():
            return replace(session, last=said.id)
        case fact.AnswerBegun():
            return replace(session, last=said.id, under_way=(*session.under_way, said.id))
        case _:
            return replace(session, under_way=tuple(each for each in session.under_way if each != said.id))


def _told(session: Session, event: About) -> Session:
    match event:
        case fact.Started(agent_id, workflow_id, title):
            return replace(session, status="open", title=title, agent_id=agent_id, workflow_id=workflow_id)
        case fact.Retitled(title):
            return replace(session, title=title)
        case fact.Archived():
            return replace(session, status="archived")
        case fact.Reopened():
            return replace(session, status="open")
        case fact.Pinned(message_id):
            return replace(session, pinned=(*session.pinned, message_id))
        case fact.Unpinned(message_id):
            return replace(session, pinned=tuple(each for each in session.pinned if each != message_id))
        case fact.Compacted(through, replaced, summary, method):
            compactions = {**session.compactions, through: Compaction(replaced, summary, method)}
            return replace(session, compactions=compactions)
