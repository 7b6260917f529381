"""Stories about a person who has a failed run done again."""

import pytest

from domain import run
from domain.run_events import Events
from tests.domain.runs import (
    begin,
    begun,
    call_begun,
    call_in_doubt,
    cancelled,
    complete,
    completed,
    failed,
    lost,
    retried,
    retry,
    run_completed,
    run_failed,
    scheduled,
    started,
)
from tests.support.given import given

FAILED = (started("a"), scheduled("a"), begun("a"), failed("a", final=True), run_failed("a"))
PAIR = (started("a", "b", "c: a b"), scheduled("a"), scheduled("b"), begun("a"))
END = (failed("a", final=True), run_failed("a"))


def test_a_failed_step_is_scheduled_again_as_the_next_attempt() -> None:
    given(run.decider, *FAILED).when(retry("a")).then(retried("a"), scheduled("a", 2))


def test_a_retried_run_runs_and_shows_no_failure() -> None:
    state = run.decider.fold([*FAILED, retried("a"), scheduled("a", 2)])
    assert (state.status, state.code, state.detail) == ("running", None, None)
    step = state.steps["a"]
    assert (step.status, step.failures, step.losses, step.code, step.detail) == (
        "scheduled",
        0,
        0,
        None,
        None,
    )


@pytest.mark.parametrize("asked", ["a", "b"])
def test_all_failed_steps_are_retried_together(asked: str) -> None:
    past = (*PAIR, begun("b"), *END, failed("b", final=True))
    given(run.decider, *past).when(retry(asked)).then(retried("a"), retried("b"), scheduled("a", 2), scheduled("b", 2))


def test_a_sibling_that_completed_meanwhile_is_not_done_again() -> None:
    past = (*PAIR, begun("b"), *END, completed("b"))
    given(run.decider, *past).when(retry("a")).then(retried("a"), scheduled("a", 2))
    again = (retried("a"), scheduled("a", 2), begun("a", 2))
    given(run.decider, *past, *again).when(complete("a", 2)).then(completed("a", 2), scheduled("c"))


def test_a_step_whose_needs_were_completed_meanwhile_is_scheduled_with_the_retry() -> None:
    lines = ("a", "b", "c: b")
    past = (started(*lines), *PAIR[1:], begun("b"), *END, completed("b"))
    given(run.decider, *past).when(retry("a")).then(retried("a"), scheduled("a", 2), scheduled("c"))


def test_a_sibling_that_was_lost_meanwhile_is_scheduled_with_the_retry() -> None:
    past = (*PAIR, begun("b"), call_begun("b"), *END, lost("b"), call_in_doubt("b"))
    given(run.decider, *past).when(retry("a")).then(retried("a"), scheduled("a", 2), scheduled("b", 2))


def test_a_sibling_that_was_still_due_is_scheduled_anew_since_its_job_was_turned_away() -> None:
    given(run.decider, *PAIR, *END).when(begin("b")).then_rejected("is waiting", code="step_superseded")
    given(run.decider, *PAIR, *END).when(retry("a")).then(retried("a"), scheduled("a", 2), scheduled("b", 2))


def test_a_job_from_before_the_retry_is_turned_away() -> None:
    past = (*PAIR, *END, retried("a"), scheduled("a", 2), scheduled("b", 2))
    given(run.decider, *past).when(begin("b", 1)).then_rejected("attempt 1", code="step_superseded")
    given(run.decider, *past).when(begin("b", 2)).then(begun("b", 2))


def test_a_sibling_that_is_still_under_way_goes_on_in_the_retried_run() -> None:
    past = (*PAIR, begun("b"), *END)
    given(run.decider, *past).when(retry("a")).then(retried("a"), scheduled("a", 2))
    again = (retried("a"), scheduled("a", 2), begun("a", 2), completed("a", 2))
    given(run.decider, *past, *again).when(complete("b")).then(completed("b"), scheduled("c"))


@pytest.mark.parametrize("later", [(), (begun("a", 2),)])
def test_retrying_a_step_that_is_under_way_again_changes_nothing(later: tuple[Events, ...]) -> None:
    past = (*FAILED, retried("a"), scheduled("a", 2), *later)
    given(run.decider, *past).when(retry("a")).then_nothing()


def test_a_run_may_fail_and_be_retried_any_number_of_times() -> None:
    again = (retried("a"), scheduled("a", 2), begun("a", 2), failed("a", 2, final=True), run_failed("a"))
    given(run.decider, *FAILED, *again).when(retry("a")).then(retried("a"), scheduled("a", 3))


REFUSED: list[tuple[tuple[Events, ...], str, str]] = [
    ((*PAIR, begun("b"), *END), "b", "the run is failed and step 'b' is running"),
    ((*PAIR, begun("b"), completed("b"), *END), "b", "the run is failed and step 'b' is completed"),
    ((*PAIR, *END), "c", "the run is failed and step 'c' is waiting"),
    (PAIR, "c", "the run is running and step 'c' is waiting"),
    ((*PAIR, completed("a")), "a", "the run is running and step 'a' is completed"),
    ((*PAIR, cancelled()), "a", "the run is cancelled and step 'a' is cancelled"),
    ((*PAIR, begun("b"), *END, cancelled()), "a", "the run is cancelled and step 'a' is failed"),
    ((*FAILED[:3], completed("a"), run_completed()), "a", "the run is completed and step 'a' is completed"),
]


@pytest.mark.parametrize(("past", "step", "why"), REFUSED)
def test_only_a_failed_step_of_a_failed_run_is_retried(past: tuple[Events, ...], step: str, why: str) -> None:
    given(run.decider, *past).when(retry(step)).then_rejected(why)
