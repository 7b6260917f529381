"""What of a session a summary may stand for: all but what is fresh, pinned or not answered."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application.models.request import Document
from application.sessions import telling
from application.sessions.telling import Texts
from domain.kernel import Record
from domain.session_state import Message, Session


class Plan(Record):
    """What a summary is to stand for, `through` the last of it: an earlier summary, and messages since."""

    through: UUID
    replaced: int
    documents: tuple[Document, ...]
    answers: tuple[Message, ...]


def plan(session: Session, answer_id: UUID, texts: Texts, tokens: Mapping[UUID, int], room: int) -> Plan | None:
    """Leave as many of the newest messages as they are as have room, in whole exchanges; None where none is left over.

    The question that is to be answered always stays.
    """
    seen = telling.scene(session, answer_id)
    older = seen.since[:-1]
    count, left = len(older), room
    for place in range(len(older) - 1, -1, -1):
        left -= tokens[older[place].id]
        if left < 0:
            break
        if older[place].kind == "question":
            count = place
    if not count:
        return None
    answer, path = session.messages[answer_id], session.path(older[count - 1].id)
    held = {*answer.pinned, *telling.unanswered((*path, *seen.since[count:]), len(path))}
    replaced = [message for message in path if message.id not in held]
    gone = [message for message in older[:count] if message.id not in held]
    return Plan(path[-1].id, len(replaced), _documents(seen, gone, texts), tuple(gone))


def _documents(seen: telling.Scene, gone: Sequence[Message], texts: Texts) -> tuple[Document, ...]:
    before = seen.compaction.summary if seen.compaction is not None else None
    found = [] if before is None else [Document(telling.SUMMARY, texts[before.sha256])]
    for message in gone:
        who = "A person asked" if message.kind == "question" else "The answer was"
        if message.content is not None and texts[message.content.sha256].strip():
            found.append(Document(who, texts[message.content.sha256]))
        found += [Document(f"Attached: {each.title}", texts[each.content.sha256]) for each in message.attachments]
    return tuple(found)
