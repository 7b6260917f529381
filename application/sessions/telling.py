"""What a model is told of a session: a pure function of recorded facts, so that the same events give the same words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from application.documents import MAX_CHARACTERS
from application.models.request import Document, Message, Part, Text
from domain import session_state as state
from domain.kernel import PayloadRef, Record

MOST_UNANSWERED = 10
"""So many questions without an answer are told word for word, however long ago they were asked."""

Texts = Mapping[str, str]
"""Stored texts by their hashes."""

SUMMARISED = (
    "What was said before this is told by its summary; messages that were pinned, and questions that nobody answered,"
    " follow it word for word."
)
DROPPED = (
    "What was said before this is left out; messages that were pinned, and questions that nobody answered, follow word"
    " for word."
)
SUMMARY = "Summary of the conversation so far"


class Scene(Record):
    """What counts for an answer: the compaction of the beginning, what is kept of that, and all that was said since."""

    compaction: state.Compaction | None
    kept: tuple[state.Message, ...]
    since: tuple[state.Message, ...]


def scene(session: state.Session, answer_id: UUID) -> Scene:
    """The way from the beginning of the session to what is answered, less what a compaction stands for."""
    answer = session.messages.get(answer_id)
    if answer is None or answer.after is None:
        return Scene(None, (), ())
    path = session.path(answer.after)
    ends = [place for place, each in enumerate(path[:-1], 1) if each.id in session.compactions]
    if not ends:
        return Scene(None, (), path)
    end = ends[-1]
    held = {*answer.pinned, *unanswered(path, end)}
    kept = tuple(each for each in path[:end] if each.id in held)
    return Scene(session.compactions[path[end - 1].id], kept, path[end:])


def unanswered(path: Sequence[state.Message], end: int) -> frozenset[UUID]:
    """The newest questions before place `end` to which nothing was said, and that were not asked again since."""
    asked = {message.content: place for place, message in enumerate(path) if message.kind == "question"}
    found = [
        message.id
        for place, message in enumerate(path[:end])
        if message.kind == "question"
        and asked[message.content] == place
        and not any(each.content for each in path[place + 1 : place + 2])
    ]
    return frozenset(found[-MOST_UNANSWERED:])


def needed(session: state.Session, answer_id: UUID) -> tuple[PayloadRef, ...]:
    """The texts that `messages` has to be given."""
    seen = scene(session, answer_id)
    summary = () if seen.compaction is None else (seen.compaction.summary,)
    said = (ref for message in (*seen.kept, *seen.since) for ref in _refs(message))
    return tuple(dict.fromkeys(ref for ref in (*summary, *said) if ref is not None))


def messages(session: state.Session, answer_id: UUID, texts: Texts) -> tuple[Message, ...]:
    """The conversation up to what is answered. Two who speak in turn never say two things in a row."""
    seen = scene(session, answer_id)
    told = [*_beginning(seen, texts), *(turn(each, texts) for each in (*seen.kept, *seen.since))]
    joined: list[Message] = []
    for message in told:
        if joined and joined[-1].role == message.role:
            joined[-1] = Message(message.role, (*joined[-1].parts, *message.parts))
        elif message.parts:
            joined.append(message)
    return tuple(joined)


def tainted_by(session: state.Session, answer_id: UUID) -> tuple[str, ...]:
    """Where what is told comes from, as far as nobody vouches for it; a summary has the origins of what it replaces."""
    answer = session.messages.get(answer_id)
    path = session.path(answer.after) if answer is not None and answer.after is not None else ()
    attached = ("document" for message in path if message.attachments)
    return tuple(sorted({*attached, *(origin for message in path for origin in message.tainted_by)}))


def transcript(session: state.Session, answer_id: UUID, texts: Texts) -> str:
    """The conversation as one document, for a team: what is asked now, and before it what was said, if anything was.

    Where it would be longer than a document may be, the oldest is left out.
    """
    told = messages(session, answer_id, texts)
    if len(told) == 1 and len(told[0].parts) == 1:
        return "".join(_words(told[0].parts))
    now = "\n\n".join(("# What is asked now", *_words(told[-1].parts)))
    room, before = MAX_CHARACTERS - len(now) - 100, list[str]()
    for message in reversed(told[:-1]):
        who = "## A person" if message.role == "user" else "## The answer"
        said = "\n\n".join((who, *_words(message.parts)))
        room -= len(said) + 2
        if room < 0:
            break
        before.append(said)
    return "\n\n".join(("# What was said before", *reversed(before), now)) if before else now


def _words(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        match part:
            case Text(text):
                yield text
            case Document(title, text):
                yield f"### {title}\n\n{text}"
            case _:
                pass


def _beginning(seen: Scene, texts: Texts) -> Iterator[Message]:
    """What is told in place of what a compaction stands for: a summary is material, and never instructions."""
    if seen.compaction is None:
        return
    if seen.compaction.summary is None:
        yield Message("user", (Text(DROPPED),))
    else:
        yield Message("user", (Text(SUMMARISED), Document(SUMMARY, texts[seen.compaction.summary.sha256])))


def turn(message: state.Message, texts: Texts) -> Message:
    """A message as it was said, with nothing in it where nothing was."""
    words = "" if message.content is None else texts[message.content.sha256]
    said: list[Part] = [Text(words)] if words.strip() else []
    said += [Document(each.title, texts[each.content.sha256]) for each in message.attachments]
    return Message("user" if message.kind == "question" else "assistant", tuple(said))


def _refs(message: state.Message) -> Iterable[PayloadRef | None]:
    return message.content, *(each.content for each in message.attachments)
