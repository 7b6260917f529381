"""What a model is told of a session: its own branch, less what was compacted, with what is pinned word for word."""

from uuid import UUID

import pytest

from application.models.request import Document, Message, Text
from application.orchestration.texts import kept
from application.sessions import telling
from domain import session
from domain.kernel import PayloadRef
from domain.session_events import (
    AnswerBegun,
    AnswerCompleted,
    AnswerFailed,
    AnswerStopped,
    Attachment,
    Compacted,
    Events,
    MessagePosted,
    Pinned,
    Started,
    Unpinned,
)
from domain.session_state import Session


class Book:
    """Texts by their hashes, as they are put in."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def put(self, text: str) -> PayloadRef:
        ref = kept(text).ref
        self.texts[ref.sha256] = text
        return ref


@pytest.fixture
def book() -> Book:
    return Book()


def one(number: int) -> UUID:
    return UUID(int=number)


def asked(book: Book, number: int, text: str, after: int | None = None, **files: str) -> list[Events]:
    """Question `number`, with answer `number + 1` under way."""
    attached = tuple(Attachment(title, book.put(words)) for title, words in files.items())
    where = None if after is None else one(after)
    posted = MessagePosted(one(number), where, book.put(text), attached)
    return [posted, AnswerBegun(one(number + 1), one(number), one(number + 100))]


def turn(book: Book, number: int, question: str, answer: str, after: int | None = None) -> list[Events]:
    return [*asked(book, number, question, after), AnswerCompleted(one(number + 1), book.put(answer))]


def state(*events: Events) -> Session:
    return session.decider.fold([Started(one(99), None, "Tides"), *events])


def told(found: Session, answer: int, book: Book) -> list[tuple[str, list[str]]]:
    """Who says what: texts as they are, documents by their titles and texts."""
    needed = {ref.sha256: book.texts[ref.sha256] for ref in telling.needed(found, one(answer))}
    return [
        (
            message.role,
            [
                part.text if isinstance(part, Text) else f"{part.title}: {part.text}"
                for part in message.parts
                if isinstance(part, Text | Document)
            ],
        )
        for message in telling.messages(found, one(answer), needed)
    ]


def test_a_first_message_is_told_with_its_documents(book: Book) -> None:
    found = state(*asked(book, 1, "What is this?", Report="Tides turn turbines."))
    wanted = Message("user", (Text("What is this?"), Document("Report", "Tides turn turbines.")))
    assert telling.messages(found, one(2), book.texts) == (wanted,)
    assert telling.tainted_by(found, one(2)) == ("document",)


def test_only_the_branch_of_what_is_answered_is_told(book: Book) -> None:
    first, left = turn(book, 1, "Who?", "Ada."), turn(book, 3, "When?", "1842.", after=2)
    found = state(*first, *left, *asked(book, 5, "Where?", after=2), *asked(book, 7, "Why?", after=4))
    begin = [("user", ["Who?"]), ("assistant", ["Ada."])]
    assert told(found, 6, book) == [*begin, ("user", ["Where?"])]
    assert told(found, 8, book) == [*begin, ("user", ["When?"]), ("assistant", ["1842."]), ("user", ["Why?"])]


def test_an_answer_once_more_is_told_nothing_of_the_one_before(book: Book) -> None:
    found = state(*turn(book, 1, "Who?", "Ada."), AnswerBegun(one(9), one(1), one(109)))
    assert told(found, 9, book) == [("user", ["Who?"])]


def test_what_came_to_nothing_leaves_two_questions_as_one_turn(book: Book) -> None:
    failed = [*asked(book, 1, "Who?"), AnswerFailed(one(2), "timeout", "Too long.")]
    found = state(*failed, *asked(book, 3, "Well?", after=2))
    assert told(found, 4, book) == [("user", ["Who?", "Well?"])]


def test_of_an_answer_that_was_stopped_is_told_what_was_said(book: Book) -> None:
    said = [*asked(book, 1, "Who?"), AnswerStopped(one(2), book.put("It was"))]
    found = state(*said, *asked(book, 3, "Go on", after=2))
    assert told(found, 4, book) == [("user", ["Who?"]), ("assistant", ["It was"]), ("user", ["Go on"])]


def test_a_summary_stands_for_what_it_replaces_and_pinned_messages_stay(book: Book) -> None:
    first, second = turn(book, 1, "My name is Ada.", "Hello."), turn(book, 3, "I like tides.", "So do I.", after=2)
    compacted = Compacted(one(4), 4, book.put("They met."), "summarised", 900, 9)
    found = state(*first, *second, Pinned(one(1)), compacted, *asked(book, 5, "What is my name?", after=4))
    opening = [telling.SUMMARISED, f"{telling.SUMMARY}: They met.", "My name is Ada.", "What is my name?"]
    assert told(found, 6, book) == [("user", opening)]
    later = (*asked(book, 5, "Who?", after=4), Pinned(one(1)))
    unpinned = state(*first, *second, compacted, Pinned(one(1)), Unpinned(one(1)), *later)
    assert told(unpinned, 6, book) == [("user", [telling.SUMMARISED, f"{telling.SUMMARY}: They met.", "Who?"])]


def test_of_what_was_dropped_only_pinned_messages_are_left(book: Book) -> None:
    past = [*turn(book, 1, "Who?", "Ada."), Pinned(one(2)), Compacted(one(2), 2, None, "dropped", 90, 0)]
    found = state(*past, *asked(book, 3, "When?", after=2))
    assert told(found, 4, book) == [("user", [telling.DROPPED]), ("assistant", ["Ada."]), ("user", ["When?"])]


def test_the_latest_compaction_of_the_branch_counts_and_no_other(book: Book) -> None:
    first, second = turn(book, 1, "Who?", "Ada."), turn(book, 3, "When?", "1842.", after=2)
    early = Compacted(one(2), 2, book.put("Early."), "extracted", 90, 9)
    late = Compacted(one(4), 3, book.put("Late."), "extracted", 90, 9)
    found = state(*first, *second, early, late, *asked(book, 5, "Where?", after=4), *asked(book, 7, "Why?", after=2))
    assert told(found, 6, book)[0][1][1] == f"{telling.SUMMARY}: Late."
    assert told(found, 8, book)[0][1][1] == f"{telling.SUMMARY}: Early."
    untold = {ref.sha256 for ref in telling.needed(found, one(6))}
    assert kept("Ada.").ref.sha256 not in untold, "what is not told need not be read"


def test_the_same_facts_give_the_same_words_whatever_happens_later(book: Book) -> None:
    past = [*turn(book, 1, "Who?", "Ada."), *asked(book, 3, "When?", after=2)]
    before = telling.messages(state(*past), one(4), book.texts)
    later = [AnswerCompleted(one(4), book.put("1842.")), *asked(book, 5, "Where?", after=4)]
    assert telling.messages(state(*past, *later), one(4), book.texts) == before


def test_taints_are_those_of_the_branch_also_where_a_summary_stands_for_them(book: Book) -> None:
    tainted = AnswerCompleted(one(2), book.put("Said."), ("tool:fetch", "document"))
    past = [*asked(book, 1, "Who?"), tainted, *asked(book, 3, "When?", after=2)]
    summary = Compacted(one(2), 2, book.put("They met."), "summarised", 9, 1)
    assert telling.tainted_by(state(*past, summary), one(4)) == ("document", "tool:fetch")
    assert telling.tainted_by(state(*past), one(2)) == ()


def test_a_team_gets_what_was_said_as_one_document(book: Book) -> None:
    past = turn(book, 1, "Who?", "Ada.")
    found = state(*past, *asked(book, 3, "When?", after=2, Report="In 1842."))
    assert telling.transcript(found, one(2), book.texts) == "Who?"
    assert telling.transcript(found, one(4), book.texts).split("\n\n") == [
        *("# What was said before", "## A person", "Who?", "## The answer", "Ada."),
        *("# What is asked now", "When?", "### Report", "In 1842."),
    ]


def test_of_too_long_a_conversation_a_team_gets_the_end(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "MAX_CHARACTERS", 400)
    past = turn(book, 1, "Who? " * 100, "Ada.")
    text = telling.transcript(state(*past, *asked(book, 3, "When?", after=2)), one(4), book.texts)
    assert text.split("\n\n")[:3] == ["# What was said before", "## The answer", "Ada."]
    assert len(text) < 400


def test_of_an_answer_that_is_not_there_nothing_is_told(book: Book) -> None:
    found = state(*asked(book, 1, "Who?"))
    assert telling.messages(found, one(77), book.texts) == ()
    assert telling.needed(found, one(77)) == ()
