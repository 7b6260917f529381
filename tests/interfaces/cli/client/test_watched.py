"""Somebody who watches a run knows what its events and its models have said, each once."""

from datetime import timedelta

from domain import run_commands
from domain.kernel import replace
from interfaces.cli.client.watched import KEPT_CHARACTERS, Draft, Span, Watched
from interfaces.cli.client.wire import Delta
from tests.domain import runs
from tests.interfaces.cli.client import stories
from tests.support.given import AT


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def test_a_run_and_its_steps_are_timed_by_their_events() -> None:
    watched = stories.watched(runs.start("read"), *stories.work("read"))
    assert watched.over
    assert watched.run.status == "completed"
    assert watched.span == Span(AT, AT + seconds(6))
    assert watched.spans == {"read": Span(AT + seconds(2), AT + seconds(5))}


def test_an_event_that_is_heard_twice_counts_once() -> None:
    watched = Watched()
    for event in stories.log(stories.facts(runs.start("read"), *stories.work("read"))):
        watched = watched.after(event)
        assert watched.after(event) == watched
    assert len(watched.run.steps["read"].calls) == 1


def test_an_event_of_a_newer_z2_is_passed_over() -> None:
    watched = stories.watched(runs.start("read"))
    (started, *_) = stories.log(stories.facts(runs.start("read")))
    later = replace(started, version=watched.version + 1, position=99, type="run.dreamt.v1", data={"of": "sheep"})
    assert watched.after(later) == replace(watched, version=watched.version + 1, position=99)


def test_a_second_attempt_begins_its_time_anew() -> None:
    watched = stories.watched(runs.start("read"), runs.begin("read"), runs.fail("read"), runs.begin("read", 2))
    assert watched.spans["read"].begun == AT + seconds(5)
    assert watched.spans["read"].ended is None


def test_a_run_that_is_retried_goes_on() -> None:
    failed: list[run_commands.Commands] = [runs.start("read"), runs.begin("read"), runs.fail("read", retryable=False)]
    assert stories.watched(*failed).over
    again = stories.watched(*failed, runs.retry("read"))
    assert not again.over
    assert again.span.ended is None


def test_pieces_are_joined_and_what_is_heard_twice_is_said_once() -> None:
    watched = Watched().hearing(Delta("read", 1, 0, "The tide")).hearing(Delta("read", 1, 8, " turns"))
    for offset, text in ((0, "The tide"), (4, "tide turns"), (0, "The tide turns."), (15, " Twice.")):
        watched = watched.hearing(Delta("read", 1, offset, text))
    assert watched.drafts == {"read": Draft(1, "The tide turns. Twice.", 22)}


def test_a_higher_attempt_supersedes_a_lower_one_for_good() -> None:
    watched = Watched().hearing(Delta("read", 1, 0, "Wrong.")).hearing(Delta("read", 2, 0, "Right."))
    assert watched.hearing(Delta("read", 1, 6, " More.")).drafts == {"read": Draft(2, "Right.", 6)}


def test_an_answer_that_broke_off_is_superseded_by_the_next_one_of_its_attempt() -> None:
    watched = Watched().hearing(Delta("read", 1, 0, "Gone")).hearing(Delta("read", 1, 0, "New", tried=1))
    assert watched.hearing(Delta("read", 1, 4, " late")).drafts == {"read": Draft(1, "New", 3, tried=1)}


def test_a_piece_that_is_missing_is_shown_as_missing() -> None:
    watched = Watched().hearing(Delta("read", 1, 0, "The")).hearing(Delta("read", 1, 8, " turns"))
    assert watched.drafts["read"] == Draft(1, "The… turns", 14)


def test_of_a_long_text_the_end_is_kept() -> None:
    watched = Watched()
    for number in range(10):
        watched = watched.hearing(Delta("read", 1, number * 1_000, str(number) * 1_000))
    draft = watched.drafts["read"]
    assert (draft.length, len(draft.text)) == (10_000, KEPT_CHARACTERS)
    assert draft.text.endswith("9" * 1_000)
