"""Stories about stopping a run."""

from uuid import UUID

import pytest

from domain import run, run_commands
from domain.nodes import SubWorkflow
from domain.run_events import Events
from domain.run_values import ForRun
from domain.run_wait_events import ChildAbandoned
from tests.domain.runs import (
    begin,
    begin_call,
    begun,
    call_begun,
    call_in_doubt,
    call_recorded,
    cancel,
    cancelled,
    complete,
    completed,
    fail,
    failed,
    lose,
    run_completed,
    run_failed,
    scheduled,
    start,
    started,
)
from tests.domain.stories import broken, story, suspended
from tests.support.given import given

CHILD = UUID(int=61)
PAIR = (started("a", "b", "c: a b"), scheduled("a"), scheduled("b"), begun("a"), begun("b"))
END = (failed("a", final=True), run_failed("a"))


@pytest.mark.parametrize("past", [PAIR[:3], PAIR, (*PAIR, completed("a"))])
def test_a_run_that_goes_on_is_cancelled(past: tuple[Events, ...]) -> None:
    given(run.decider, *past).when(cancel("enough")).then(cancelled("enough"))


def test_cancelling_leaves_calls_under_way_in_doubt() -> None:
    calls = (call_begun("a"), call_recorded("a"), call_begun("a", call=2), call_begun("b"))
    given(run.decider, *PAIR, *calls).when(cancel()).then(call_in_doubt("a", call=2), call_in_doubt("b"), cancelled())


def test_cancelling_again_changes_nothing() -> None:
    given(run.decider, *PAIR, cancelled()).when(cancel("again")).then_nothing()


def test_a_completed_run_is_not_cancelled() -> None:
    past = (started("a"), scheduled("a"), begun("a"), completed("a"), run_completed())
    given(run.decider, *past).when(cancel()).then_rejected("cannot cancel the run: the run is completed")


def test_a_failed_run_in_which_nothing_goes_on_is_not_cancelled() -> None:
    given(run.decider, *PAIR[:4], *END).when(cancel()).then_rejected("cannot cancel the run: the run is failed")


def test_what_is_still_under_way_in_a_failed_run_can_be_stopped() -> None:
    given(run.decider, *PAIR, *END, call_begun("b")).when(cancel()).then(call_in_doubt("b"), cancelled())


def test_what_a_failed_run_still_waits_for_can_be_stopped() -> None:
    sub = SubWorkflow(id="sub", workflow="other")
    past = story(start(sub, "a"), suspended("sub", ForRun(CHILD)), broken("a"))
    given(run.decider, *past).when(cancel()).then(ChildAbandoned("sub", CHILD), cancelled())


def test_a_run_that_does_not_exist_is_not_cancelled() -> None:
    given(run.decider).when(cancel()).then_rejected("there is no such run", code="not_found")


def test_a_cancelled_run_keeps_what_was_completed_or_failed_and_cancels_the_rest() -> None:
    lines = ("a", "b", "c", "d: a b")
    past = (
        started(*lines),
        scheduled("a"),
        scheduled("b"),
        scheduled("c"),
        begun("a"),
        begun("b"),
        begun("c"),
    )
    state = run.decider.fold([*past, completed("b"), *END, cancelled()])
    assert state.status == "cancelled"
    assert {name: step.status for name, step in state.steps.items()} == {
        "a": "failed",
        "b": "completed",
        "c": "cancelled",
        "d": "cancelled",
    }


@pytest.mark.parametrize("late", [begin("a"), begin_call("a"), complete("a"), fail("a"), lose("a")])
def test_after_a_cancellation_workers_can_change_nothing(late: run_commands.Commands) -> None:
    given(run.decider, *PAIR, cancelled()).when(late).then_rejected(
        "the step is cancelled at attempt 1", code="step_superseded"
    )


def test_starting_a_cancelled_run_again_changes_nothing() -> None:
    given(run.decider, *PAIR, cancelled()).when(start("a", "b", "c: a b")).then_nothing()
