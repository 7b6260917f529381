"""Session: a conversation of a person with an agent or a team, which branches where something is asked once more."""

from domain import session_events as fact
from domain.kernel import Context, Decider, Rejected, refusal
from domain.session_commands import (
    ArchiveSession,
    Asking,
    Commands,
    CompactSession,
    CompleteAnswer,
    Ending,
    FailAnswer,
    Keeping,
    PinMessage,
    PostMessage,
    Regenerate,
    ReopenSession,
    RetitleSession,
    StartSession,
    StopAnswer,
    UnpinMessage,
)
from domain.session_events import Events
from domain.session_fold import at_once, evolve, initial
from domain.session_state import Compaction, Message, Session

MOST_MESSAGES = 10_000
"""So many questions and answers a session has at most."""

MOST_PINNED = 100


def decide(command: Commands, session: Session, context: Context) -> list[Events]:
    match command, session.status:
        case StartSession(), "absent":
            return [_started(command)]
        case StartSession(), _:
            return _again(command, session)
        case _, "absent":
            raise Rejected("there is no such session", code="not_found", field="session_id")
        case ((PostMessage() | Regenerate()), _):
            return _asked(command, session)
        case ((CompleteAnswer() | StopAnswer() | FailAnswer()), _):
            return _ended(command, session)
        case ((PinMessage() | UnpinMessage() | CompactSession()), _):
            return _kept(command, session)
        case RetitleSession(title), _:
            return [] if title == session.title else [fact.Retitled(title)]
        case ArchiveSession(), status:
            return [fact.Archived()] if status == "open" else []
        case ReopenSession(), status:
            return [fact.Reopened()] if status == "archived" else []


def _started(command: StartSession) -> fact.Started:
    if (command.agent_id is None) == (command.workflow_id is None):
        raise Rejected("give either agent_id or workflow_id, and not both", code="invalid", field="agent_id")
    return fact.Started(command.agent_id, command.workflow_id, command.title)


def _again(command: StartSession, session: Session) -> list[Events]:
    if (command.agent_id, command.workflow_id) == (session.agent_id, session.workflow_id):
        return []
    raise refusal(type(command), "session", session.status)


def _asked(command: Asking, session: Session) -> list[Events]:
    if _known(command, session):
        return []
    if session.status == "archived":
        raise Rejected("the session is archived; reopen it to go on", code="session_archived", field="session_id")
    if len(session.messages) + 2 > MOST_MESSAGES:
        detail = f"a session has at most {MOST_MESSAGES:,} messages; start another"
        raise Rejected(detail, code="session_full", field="session_id")
    begun = fact.AnswerBegun(command.answer_id, command.message_id, command.run_id)
    if isinstance(command, PostMessage):
        _check_place(command, session)
        return [fact.MessagePosted(command.message_id, command.after, command.content, command.attachments), begun]
    asked = _message(command, session)
    if asked.kind != "question":
        detail = "this message is an answer; name the one that it answers"
        raise Rejected(detail, code="not_a_question", field="message_id")
    if session.answering(asked.id) is not None:
        raise _under_way("message_id")
    return [begun]


def _known(command: Asking, session: Session) -> bool:
    """Whether this was asked already. Raises Rejected where something else has one of its ids."""
    message, answer = session.messages.get(command.message_id), session.messages.get(command.answer_id)
    if answer is not None and (answer.after, answer.run_id) != (command.message_id, command.run_id):
        raise Rejected("another message has this id", code="message_exists", field="answer_id")
    if message is None or isinstance(command, Regenerate):
        return answer is not None
    wanted = command.after, command.content, command.attachments
    if answer is None or (message.after, message.content, message.attachments) != wanted:
        raise Rejected("another message has this id", code="message_exists", field="message_id")
    return True


def _check_place(command: PostMessage, session: Session) -> None:
    """Raise Rejected where nothing can be asked after what it is to follow."""
    if command.message_id == command.answer_id:
        raise Rejected("a message and its answer have ids of their own", code="message_exists", field="answer_id")
    if command.after is None:
        return
    before = session.messages.get(command.after)
    if before is None:
        detail = f"there is no message {command.after} in this session"
        raise Rejected(detail, code="message_unknown", field="after")
    if before.kind == "question":
        detail = "a message follows an answer, and this is none; name an answer to it, or have it answered once more"
        raise Rejected(detail, code="not_an_answer", field="after")
    if before.status == "under_way":
        raise _under_way("after")


def _under_way(field: str) -> Rejected:
    return Rejected("the answer is under way; wait until it is over, or stop it", code="answer_under_way", field=field)


def _message(command: Regenerate | PinMessage | UnpinMessage, session: Session) -> Message:
    """Raises Rejected."""
    found = session.messages.get(command.message_id)
    if found is None:
        detail = f"there is no message {command.message_id} in this session"
        raise Rejected(detail, code="not_found", field="message_id")
    return found


def _ended(command: Ending, session: Session) -> list[Events]:
    """What a run has made is a fact, whatever became of the session; a run that had failed may yet be completed."""
    answer = session.messages.get(command.answer_id)
    if answer is None or answer.kind != "answer":
        raise Rejected("there is no such answer in this session", code="message_unknown", field="answer_id")
    match command:
        case CompleteAnswer(answer_id, output, tainted_by, request) if answer.status in ("under_way", "failed"):
            return [fact.AnswerCompleted(answer_id, output, tainted_by, request)]
        case StopAnswer(answer_id, output, tainted_by) if answer.status == "under_way":
            return [fact.AnswerStopped(answer_id, output, tainted_by)]
        case FailAnswer(answer_id, code, detail) if answer.status == "under_way":
            return [fact.AnswerFailed(answer_id, code, detail)]
        case _:
            return []


def _kept(command: Keeping, session: Session) -> list[Events]:
    match command:
        case CompactSession():
            return _compacted(command, session)
        case PinMessage(message_id) if message_id not in session.pinned:
            if _message(command, session).content is None:
                detail = "nothing was said there, so there is nothing to keep"
                raise Rejected(detail, code="nothing_said", field="message_id")
            if len(session.pinned) >= MOST_PINNED:
                detail = f"a session has at most {MOST_PINNED} pinned messages; unpin another"
                raise Rejected(detail, code="too_many_pinned", field="message_id")
            return [fact.Pinned(message_id)]
        case UnpinMessage(message_id) if message_id in session.pinned:
            return [fact.Unpinned(message_id)]
        case PinMessage() | UnpinMessage():
            _message(command, session)
            return []


def _compacted(command: CompactSession, session: Session) -> list[Events]:
    if command.through not in session.messages:
        detail = f"there is no message {command.through} in this session"
        raise Rejected(detail, code="message_unknown", field="through")
    wanted = Compaction(command.replaced, command.summary, command.method)
    if session.compactions.get(command.through) == wanted:
        return []
    return [fact.Compacted(**{name: getattr(command, name) for name in command.__struct_fields__})]


decider: Decider[Session, Commands, Events] = Decider(initial, decide, evolve, at_once)
