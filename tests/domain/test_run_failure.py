"""Stories about steps that fail and are tried again without a person."""

from datetime import timedelta

import pytest

from domain import run
from domain.kernel import replace
from domain.run_events import Events
from tests.domain.runs import (
    begun,
    call_begun,
    call_in_doubt,
    call_recorded,
    call_refused,
    complete,
    completed,
    fail,
    failed,
    retried,
    run_failed,
    scheduled,
    start,
    started,
)
from tests.support.given import AT, CONTEXT, given

RUNNING = (started("a"), scheduled("a"), begun("a"))
PAIR = (started("a", "b"), scheduled("a"), scheduled("b"), begun("a"), begun("b"))
BROKEN_PAIR = (*PAIR, failed("a", final=True), run_failed("a"))


def after(seconds: float, attempt: int) -> Events:
    return scheduled("a", attempt, AT + timedelta(seconds=seconds))


def failures(count: int, most: int = 10) -> list[Events]:
    """A step that has failed so often and is under way again."""
    past: list[Events] = [started("a", max_attempts=most), scheduled("a"), begun("a")]
    for attempt in range(1, count + 1):
        past += [failed("a", attempt), scheduled("a", attempt + 1), begun("a", attempt + 1)]
    return past


def test_a_step_that_failed_is_tried_again_after_a_second() -> None:
    given(run.decider, *RUNNING).when(fail("a")).then(failed("a"), after(1, attempt=2))


@pytest.mark.parametrize(("earlier", "seconds"), [(0, 1), (1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (8, 60)])
def test_a_step_waits_twice_as_long_each_time_but_never_more_than_a_minute(earlier: int, seconds: float) -> None:
    attempt = earlier + 1
    given(run.decider, *failures(earlier)).when(fail("a", attempt)).then(
        failed("a", attempt), after(seconds, attempt + 1)
    )


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (None, 1),
        (0.2, 1),
        (7.5, 7.5),
        (60, 60),
        (3600, 3600),
        (1e300, 3600),
        (-5, 1),
        (float("inf"), 3600),
        (float("nan"), 1),
    ],
)
def test_a_step_waits_as_long_as_the_provider_asks_within_an_hour(asked: float | None, seconds: float) -> None:
    given(run.decider, *RUNNING).when(fail("a", retry_after=asked)).then(failed("a"), after(seconds, 2))


def test_waiting_is_counted_from_the_moment_of_the_failure() -> None:
    later = AT + timedelta(hours=1)
    due = scheduled("a", 2, later + timedelta(seconds=1))
    given(run.decider, *RUNNING).when(fail("a"), replace(CONTEXT, at=later)).then(failed("a"), due)


def test_a_plan_with_thousands_of_attempts_still_waits_a_minute() -> None:
    given(run.decider, *failures(2_000, most=5_000)).when(fail("a", 2_001)).then(
        failed("a", 2_001), after(60, attempt=2_002)
    )


def test_a_step_that_failed_as_often_as_it_may_fails_the_run() -> None:
    given(run.decider, *failures(2, most=3)).when(fail("a", 3)).then(failed("a", 3, final=True), run_failed("a"))


def test_a_failure_that_no_repetition_mends_fails_the_run_at_once() -> None:
    given(run.decider, *RUNNING).when(fail("a", retryable=False)).then(failed("a", final=True), run_failed("a"))


def test_a_failed_run_says_which_failure_ended_it() -> None:
    state = run.decider.fold([*RUNNING, failed("a", final=True), run_failed("a")])
    assert (state.status, state.code, state.detail) == ("failed", "model_timeout", "no answer")
    assert (state.steps["a"].code, state.steps["a"].detail) == ("model_timeout", "no answer")


def test_a_step_that_completes_after_a_failure_shows_no_failure() -> None:
    step = run.decider.fold([*failures(1), completed("a", 2)]).steps["a"]
    assert (step.status, step.code, step.detail) == ("completed", None, None)


def test_a_failed_attempt_leaves_the_call_that_was_under_way_in_doubt() -> None:
    given(run.decider, *RUNNING, call_begun("a")).when(fail("a")).then(
        call_in_doubt("a"), failed("a"), after(1, attempt=2)
    )


def test_a_call_that_the_provider_turned_away_is_refused_and_not_in_doubt() -> None:
    given(run.decider, *RUNNING, call_begun("a")).when(fail("a", billed="no", retryable=False)).then(
        call_refused("a"), failed("a", final=True), run_failed("a")
    )


def test_only_the_call_begun_last_is_known_to_be_refused() -> None:
    past = (*RUNNING, call_begun("a"), call_begun("a", call=2))
    given(run.decider, *past).when(fail("a", billed="no")).then(
        call_in_doubt("a"), call_refused("a", call=2), failed("a"), after(1, attempt=2)
    )


def test_a_recorded_call_stays_recorded_when_its_attempt_fails() -> None:
    past = (*RUNNING, call_begun("a"), call_recorded("a"))
    given(run.decider, *past).when(fail("a", billed="no")).then(failed("a"), after(1, attempt=2))


def test_steps_under_way_may_complete_after_the_run_has_failed_but_nothing_new_begins() -> None:
    lines = ("a", "b", "c: b")
    past = (started(*lines), *PAIR[1:], failed("a", final=True), run_failed("a"))
    given(run.decider, *past).when(complete("b")).then(completed("b"))


def test_a_step_that_fails_after_the_run_has_failed_is_not_tried_again() -> None:
    given(run.decider, *BROKEN_PAIR).when(fail("b")).then(failed("b", final=True))


def test_a_step_that_was_due_when_the_run_failed_goes_back_to_wait() -> None:
    past = (*PAIR[:4], failed("a", final=True), run_failed("a"))
    step = run.decider.fold(past).steps["b"]
    assert (step.status, step.attempt) == ("waiting", 1)


def test_a_retried_step_starts_its_back_off_anew() -> None:
    past = (*failures(2, most=3), failed("a", 3, final=True), run_failed("a"))
    again = (retried("a"), scheduled("a", 4), begun("a", 4))
    given(run.decider, *past, *again).when(fail("a", 4)).then(failed("a", 4), after(1, attempt=5))


def test_one_attempt_means_one_attempt() -> None:
    given(run.decider).when(start("a", max_attempts=1)).then(started("a", max_attempts=1), scheduled("a"))
    given(run.decider, *failures(0, most=1)).when(fail("a")).then(failed("a", final=True), run_failed("a"))
