"""Stories about the order in which a run does its steps."""

import pytest

from domain import run
from tests.domain.runs import (
    begin,
    begun,
    complete,
    completed,
    run_completed,
    scheduled,
    start,
    started,
    text,
)
from tests.support.given import given


def test_a_run_begins_with_the_steps_that_need_nothing() -> None:
    lines = ("a", "b", "c: a b")
    given(run.decider).when(start(*lines)).then(started(*lines), scheduled("a"), scheduled("b"))


def test_the_order_of_the_plan_is_not_the_order_of_the_work() -> None:
    lines = ("c: b", "b: a", "a")
    given(run.decider).when(start(*lines)).then(started(*lines), scheduled("a"))


def test_starting_a_run_again_changes_nothing() -> None:
    given(run.decider, started("a"), scheduled("a")).when(start("a")).then_nothing()


@pytest.mark.parametrize(
    ("lines", "why", "field"),
    [
        ((), "there is no node", "nodes"),
        (("a", "a"), "two nodes have the id 'a'", "nodes[1].id"),
        (("a", "b: c"), "node 'b' needs 'c', which is no node", "nodes[1].needs"),
        (("a: b", "b: a"), "wait for each other in a cycle", "nodes"),
    ],
)
def test_a_plan_that_could_never_be_done_is_refused(lines: tuple[str, ...], why: str, field: str) -> None:
    given(run.decider).when(start(*lines)).then_rejected(why, code="invalid_workflow", field=field)


def test_a_scheduled_step_is_begun_by_a_worker() -> None:
    given(run.decider, started("a"), scheduled("a")).when(begin("a")).then(begun("a"))


def test_a_completed_step_makes_way_for_the_step_that_needs_it() -> None:
    past = (started("a", "b: a"), scheduled("a"), begun("a"))
    given(run.decider, *past).when(complete("a")).then(completed("a"), scheduled("b"))


def test_a_completed_step_makes_way_for_all_steps_that_need_it() -> None:
    past = (started("a", "b: a", "c: a"), scheduled("a"), begun("a"))
    given(run.decider, *past).when(complete("a")).then(completed("a"), scheduled("b"), scheduled("c"))


def test_steps_that_need_nothing_of_each_other_go_on_side_by_side() -> None:
    past = (started("a", "b"), scheduled("a"), scheduled("b"), begun("a"))
    given(run.decider, *past).when(begin("b")).then(begun("b"))
    given(run.decider, *past).when(complete("a")).then(completed("a"))


def test_a_join_waits_for_the_last_of_the_steps_that_it_needs() -> None:
    past = (started("a", "b", "c: a b"), scheduled("a"), scheduled("b"), begun("a"), begun("b"))
    given(run.decider, *past).when(complete("b")).then(completed("b"))
    given(run.decider, *past, completed("b")).when(complete("a")).then(completed("a"), scheduled("c"))


def test_a_step_that_is_already_under_way_is_not_scheduled_again() -> None:
    past = (started("a", "b", "c: a"), scheduled("a"), scheduled("b"), begun("a"), completed("a"))
    later = (scheduled("c"), begun("c"), begun("b"))
    given(run.decider, *past, *later).when(complete("b")).then(completed("b"))


def test_completing_a_step_again_changes_nothing() -> None:
    past = (started("a", "b: a"), scheduled("a"), begun("a"), completed("a"), scheduled("b"))
    given(run.decider, *past).when(complete("a")).then_nothing()


def test_the_output_of_a_completed_step_stays_what_it_is() -> None:
    past = (started("a", "b: a"), scheduled("a"), begun("a"), completed("a"), scheduled("b"))
    given(run.decider, *past).when(complete("a", output="other")).then_rejected(
        "attempt 1 of 'a' is over: the step is completed at attempt 1", code="step_superseded"
    )


def test_the_last_completed_step_completes_the_run() -> None:
    past = (started("a", "b: a"), scheduled("a"), begun("a"), completed("a"), scheduled("b"), begun("b"))
    given(run.decider, *past).when(complete("b", output="brief")).then(
        completed("b", output="brief"), run_completed("brief")
    )


def test_the_result_is_that_of_the_last_step_in_the_plan_that_no_other_needs() -> None:
    past = (started("z: a", "b: a", "a"), scheduled("a"), begun("a"), completed("a", output="from a"))
    later = (scheduled("z"), scheduled("b"), begun("z"), begun("b"), completed("b", output="from b"))
    given(run.decider, *past, *later).when(complete("z", output="from z")).then(
        completed("z", output="from z"), run_completed("from b")
    )


def test_a_completed_run_shows_its_result_and_those_of_its_steps() -> None:
    done = (started("a"), scheduled("a"), begun("a"), completed("a", output="brief"), run_completed("brief"))
    state = run.decider.fold(done)
    assert (state.status, state.output) == ("completed", text("brief"))
    assert (state.steps["a"].status, state.steps["a"].output) == ("completed", text("brief"))
