"""A session is a tree of messages with one answer at a time to each, and a message sent twice is one."""

from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain import session, session_commands, session_events, session_fold
from domain.kernel import PayloadRef, Rejected
from domain.session_commands import (
    ArchiveSession,
    CompactSession,
    CompleteAnswer,
    FailAnswer,
    PinMessage,
    PostMessage,
    Regenerate,
    ReopenSession,
    RetitleSession,
    StartSession,
    StopAnswer,
    UnpinMessage,
)
from domain.session_events import (
    AnswerBegun,
    AnswerCompleted,
    AnswerFailed,
    AnswerStopped,
    Archived,
    Attachment,
    Compacted,
    MessagePosted,
    Pinned,
    Reopened,
    Retitled,
    Started,
    Unpinned,
)
from domain.session_state import Message
from tests.support.given import CONTEXT, Given, given

AGENT = UUID(int=9)
ASKED, MORE, SAID, SUMMARY = (PayloadRef(name * 64, 10) for name in "abcd")
FILE = Attachment("Report", MORE)
STARTED = Started(AGENT, None, "Tides")


def one(number: int) -> UUID:
    return UUID(int=number)


def posted(number: int = 1, after: int | None = None) -> tuple[MessagePosted, AnswerBegun]:
    """Question `number`, and its answer `number + 1` under way in run `number + 100`."""
    where = None if after is None else one(after)
    return MessagePosted(one(number), where, ASKED), AnswerBegun(one(number + 1), one(number), one(number + 100))


def post(number: int = 1, after: int | None = None, **more: Any) -> PostMessage:
    where = None if after is None else one(after)
    return PostMessage(one(number), where, ASKED, one(number + 1), one(number + 100), **more)


def completed(number: int = 2) -> AnswerCompleted:
    return AnswerCompleted(one(number), SAID, ("document",), MORE)


def told(*events: session_events.Events) -> Given[Any, Any, Any]:
    return given(session.decider, STARTED, *events)


def test_a_session_is_with_an_agent_or_with_a_team() -> None:
    nothing = given(session.decider)
    nothing.when(StartSession("Tides", AGENT)).then(STARTED)
    nothing.when(StartSession("Tides", None, AGENT)).then(Started(None, AGENT, "Tides"))
    for neither_nor_both in (StartSession("Tides"), StartSession("Tides", AGENT, AGENT)):
        nothing.when(neither_nor_both).then_rejected("either agent_id or workflow_id", code="invalid", field="agent_id")
    told().when(StartSession("Other", AGENT)).then_nothing()
    told().when(StartSession("Tides", one(8))).then_rejected("the session is open")


def test_nothing_is_asked_where_there_is_no_session() -> None:
    for command in (post(), Regenerate(one(1), one(2), one(3)), CompleteAnswer(one(2), SAID), ArchiveSession()):
        given(session.decider).when(command).then_rejected("no such session", code="not_found", field="session_id")


def test_a_message_is_posted_with_the_answer_that_a_run_makes() -> None:
    told().when(post(attachments=(FILE,))).then(
        MessagePosted(one(1), None, ASKED, (FILE,)), AnswerBegun(one(2), one(1), one(101))
    )


def test_a_message_posted_twice_is_one() -> None:
    told(*posted()).when(post()).then_nothing()
    told(*posted(), completed(), Archived()).when(post()).then_nothing()
    other = PostMessage(one(1), None, MORE, one(2), one(101))
    told(*posted()).when(other).then_rejected("has this id", code="message_exists", field="message_id")
    other = PostMessage(one(3), None, ASKED, one(2), one(101))
    told(*posted()).when(other).then_rejected("has this id", code="message_exists", field="answer_id")
    same = PostMessage(one(1), None, ASKED, one(1), one(101))
    told().when(same).then_rejected("ids of their own", code="message_exists", field="answer_id")


def test_a_second_message_waits_until_the_answer_is_over() -> None:
    told(*posted()).when(post(3, 2)).then_rejected("under way", code="answer_under_way", field="after")
    for over in (completed(), AnswerStopped(one(2)), AnswerFailed(one(2), "timeout", "It took too long.")):
        told(*posted(), over).when(post(3, 2)).then(*posted(3, 2))


def test_a_message_follows_an_answer_that_is_there() -> None:
    told(*posted()).when(post(3, 77)).then_rejected("there is no message", code="message_unknown", field="after")
    told(*posted(), completed()).when(post(3, 1)).then_rejected(
        "follows an answer", code="not_an_answer", field="after"
    )


def test_an_earlier_place_can_be_gone_on_from_while_another_branch_is_answered() -> None:
    past = (*posted(), completed(), *posted(3, 2))
    told(*past).when(post(5, 2)).then(*posted(5, 2))
    told(*past).when(post(5)).then(*posted(5))
    state = session.decider.fold([STARTED, *past, *posted(5, 2)])
    assert [each.id for each in state.path(one(6))] == [one(1), one(2), one(5), one(6)]
    assert [each.id for each in state.path(one(4))] == [one(1), one(2), one(3), one(4)]
    assert (state.under_way, state.last) == ((one(4), one(6)), one(6))
    assert state.path(one(77)) == ()


def test_a_message_is_answered_once_more_but_not_twice_at_once() -> None:
    again = Regenerate(one(1), one(7), one(107))
    told(*posted(), completed()).when(again).then(AnswerBegun(one(7), one(1), one(107)))
    told(*posted()).when(again).then_rejected("under way", code="answer_under_way", field="message_id")
    told(*posted(), completed(), AnswerBegun(one(7), one(1), one(107))).when(again).then_nothing()
    unknown = Regenerate(one(77), one(7), one(107))
    told().when(unknown).then_rejected("no message", code="not_found", field="message_id")
    of_an_answer = Regenerate(one(2), one(7), one(107))
    told(*posted(), completed()).when(of_an_answer).then_rejected(
        "is an answer", code="not_a_question", field="message_id"
    )


def test_what_came_of_an_answer_is_recorded_once() -> None:
    ends: dict[session_commands.Commands, session_events.Events] = {
        CompleteAnswer(one(2), SAID, ("document",), MORE): completed(),
        StopAnswer(one(2), SAID, ("document",)): AnswerStopped(one(2), SAID, ("document",)),
        FailAnswer(one(2), "timeout", "Too long."): AnswerFailed(one(2), "timeout", "Too long."),
    }
    for command, event in ends.items():
        told(*posted()).when(command).then(event)
        told(*posted(), event).when(command).then_nothing()
    told(*posted(), completed()).when(StopAnswer(one(2))).then_nothing()
    told(*posted(), AnswerStopped(one(2))).when(CompleteAnswer(one(2), SAID)).then_nothing()
    told(*posted()).when(CompleteAnswer(one(1), SAID)).then_rejected(
        "no such answer", code="message_unknown", field="answer_id"
    )


def test_an_answer_that_had_failed_is_completed_once_its_run_is() -> None:
    failed = AnswerFailed(one(2), "timeout", "Too long.")
    told(*posted(), failed).when(CompleteAnswer(one(2), SAID, ("document",), MORE)).then(completed())
    state = session.decider.fold([STARTED, *posted(), failed, completed()])
    wanted = Message(one(2), "answer", one(1), SAID, (), "completed", one(102), ("document",), MORE)
    assert state.messages[one(2)] == msgspec.structs.replace(wanted, run_id=one(101))


def test_nothing_is_asked_in_an_archived_session_until_it_is_reopened() -> None:
    told().when(ArchiveSession()).then(Archived())
    told(Archived()).when(ArchiveSession()).then_nothing()
    told(Archived()).when(post()).then_rejected("is archived", code="session_archived", field="session_id")
    told(*posted(), Archived()).when(CompleteAnswer(one(2), SAID, ("document",), MORE)).then(completed())
    told(Archived()).when(ReopenSession()).then(Reopened())
    told(Archived(), Reopened()).when(post()).then(*posted())
    told().when(ReopenSession()).then_nothing()


def test_it_gets_another_title() -> None:
    told().when(RetitleSession("Turbines")).then(Retitled("Turbines"))
    told(Retitled("Turbines")).when(RetitleSession("Turbines")).then_nothing()


def test_a_message_is_pinned_and_unpinned() -> None:
    told(*posted()).when(PinMessage(one(1))).then(Pinned(one(1)))
    told(*posted(), Pinned(one(1))).when(PinMessage(one(1))).then_nothing()
    told(*posted(), Pinned(one(1))).when(UnpinMessage(one(1))).then(Unpinned(one(1)))
    told(*posted()).when(UnpinMessage(one(1))).then_nothing()
    told(*posted()).when(PinMessage(one(2))).then_rejected("nothing was said", code="nothing_said", field="message_id")
    for unknown in (PinMessage(one(77)), UnpinMessage(one(77))):
        told().when(unknown).then_rejected("no message", code="not_found", field="message_id")


def test_no_more_is_pinned_or_said_than_a_session_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_PINNED", 1)
    monkeypatch.setattr(session, "MOST_MESSAGES", 3)
    told(*posted(), completed(), Pinned(one(1))).when(PinMessage(one(2))).then_rejected(
        "at most 1 pinned", code="too_many_pinned", field="message_id"
    )
    told(*posted(), completed()).when(post(3, 2)).then_rejected(
        "at most 3 messages", code="session_full", field="session_id"
    )


def test_messages_are_compacted_and_stay() -> None:
    command = CompactSession(one(2), 2, SUMMARY, "extracted", 900, 90)
    told(*posted(), completed()).when(command).then(Compacted(one(2), 2, SUMMARY, "extracted", 900, 90))
    past = (*posted(), completed(), Compacted(one(2), 2, SUMMARY, "extracted", 900, 90))
    told(*past).when(command).then_nothing()
    assert len(session.decider.fold([STARTED, *past]).messages) == 2
    told().when(command).then_rejected("no message", code="message_unknown", field="through")


NUMBERS = st.integers(1, 8)
ASKING = st.builds(
    lambda message, after, answer, run: PostMessage(one(message), after and one(after), ASKED, one(answer), one(run)),
    *(NUMBERS, st.none() | NUMBERS, NUMBERS, st.integers(101, 103)),
)
WISHES: st.SearchStrategy[session_commands.Commands] = st.one_of(
    ASKING,
    ASKING,
    st.builds(Regenerate, NUMBERS.map(one), NUMBERS.map(one), st.just(one(101))),
    st.builds(CompleteAnswer, NUMBERS.map(one), st.just(SAID)),
    st.builds(CompleteAnswer, NUMBERS.map(one), st.just(SAID)),
    st.builds(StopAnswer, NUMBERS.map(one)),
    st.builds(FailAnswer, NUMBERS.map(one), st.just("timeout"), st.just("Too long.")),
    st.builds(PinMessage, NUMBERS.map(one)),
    st.builds(UnpinMessage, NUMBERS.map(one)),
    st.builds(CompactSession, NUMBERS.map(one), *map(st.just, (1, SUMMARY, "extracted", 9, 1))),
    st.sampled_from([ArchiveSession(), ReopenSession(), RetitleSession("Other"), StartSession("Tides", AGENT)]),
)


def lived(commands: list[session_commands.Commands]) -> tuple[list[session_events.Events], Any]:
    events: list[session_events.Events] = [STARTED]
    state = session_fold.evolve(session_fold.initial, STARTED)
    for command in commands:
        try:
            decided = session.decide(command, state, CONTEXT)
        except Rejected:
            continue
        for event in decided:
            state = session_fold.evolve(state, event)
        events += decided
    return events, state


@drawn(st.lists(WISHES, max_size=30), st.integers(0, 30))
def test_what_is_read_from_the_log_is_what_was_lived(commands: list[session_commands.Commands], cut: int) -> None:
    events, state = lived(commands)
    stored: list[session_events.Events] = msgspec.json.decode(
        msgspec.json.encode(events), type=list[session_events.Events]
    )
    assert session.decider.fold(stored) == state
    before = session.decider.fold(stored[:cut])
    remembered = msgspec.json.encode(before)
    assert session.decider.fold(stored[cut:], before) == state
    assert msgspec.json.encode(before) == remembered, "a state that others have must never change"


@drawn(st.lists(WISHES, max_size=30))
def test_a_wish_twice_is_as_good_as_once(commands: list[session_commands.Commands]) -> None:
    assert lived([command for command in commands for _ in range(2)]) == lived(commands)


@drawn(st.lists(WISHES, max_size=30))
def test_messages_are_a_tree_with_one_answer_at_a_time(commands: list[session_commands.Commands]) -> None:
    _, state = lived(commands)
    for message_id, message in state.messages.items():
        path = state.path(message_id)
        assert (path[0].after, path[-1].id) == (None, message_id)
        assert [each.kind for each in path] == ["question", "answer"] * (len(path) // 2) + ["question"] * (
            len(path) % 2
        )
        assert message.status != "under_way" or all(each.after != message_id for each in state.messages.values())
    answered = [state.messages[each].after for each in state.under_way]
    assert len(answered) == len(set(answered))
    assert {each.id for each in state.messages.values() if each.status == "under_way"} == set(state.under_way)
