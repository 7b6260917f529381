"""Stories about doing the same for each item of a list."""

import pytest

from domain import run
from domain.kernel import replace
from domain.nodes import AnyNode, Map
from domain.run_flow import MAX_STEPS
from domain.run_state import Run
from domain.run_values import Spread
from tests.domain.runs import (
    begin,
    begun,
    complete,
    completed,
    failed,
    open_step,
    opened,
    run_completed,
    run_failed,
    scheduled,
    scope,
    skipped,
    start,
    started,
    text,
)
from tests.domain.stories import broken, done, leaf, state, statuses, story
from tests.domain.stories import opened as opens
from tests.support.given import given


def each(limit: int = 2, *nodes: AnyNode) -> Map:
    return Map(id="each", over="input", nodes=nodes or (leaf("a"), leaf("b", "a")), limit=limit)


def spread(count: int) -> Spread:
    return Spread(text("items"), count)


def test_a_worker_finds_out_which_items_there_are() -> None:
    given(run.decider).when(start(each())).then(started(each()), scheduled("each"))


def test_so_many_items_begin_as_the_limit_says() -> None:
    past = story(start(each(2)), begin("each"))
    given(run.decider, *past).when(open_step("each", spread(3))).then(
        opened("each", spread(3)),
        *(scope("each", "0"), scheduled("each.0.a")),
        *(scope("each", "1"), scheduled("each.1.a")),
    )


@pytest.mark.parametrize("limit", [5, 1_000])
def test_no_more_begin_than_there_are(limit: int) -> None:
    past = story(start(each(limit)), opens("each", spread(3)))
    assert [name for name, step in state(*past).steps.items() if step.status == "scheduled"] == [
        *("each.0.a", "each.1.a", "each.2.a")
    ]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_makes_no_sense_means_one_at_a_time(limit: int) -> None:
    past = story(start(each(limit)), opens("each", spread(3)))
    assert state(*past).scopes.keys() == {"", "each.0"}


def test_the_next_item_begins_once_one_is_over() -> None:
    past = story(start(each(2)), opens("each", spread(3)), done("each.1.a"), begin("each.1.b"))
    given(run.decider, *past).when(complete("each.1.b")).then(
        completed("each.1.b"), scope("each", "2"), scheduled("each.2.a")
    )


ONE = each(2, leaf("a"))


def test_once_all_items_are_over_a_worker_gathers_their_results() -> None:
    past = story(start(ONE, "z: each"), opens("each", spread(2)), done("each.1.a", "two"), begin("each.0.a"))
    given(run.decider, *past).when(complete("each.0.a", output="one")).then(
        completed("each.0.a", output="one"), scheduled("each", 2)
    )
    over = (*past, completed("each.0.a", output="one"), scheduled("each", 2), begun("each", 2))
    now = state(*over)
    assert (now.steps["each"].ended, now.steps["each"].opening) == (2, spread(2))
    assert [now.result(f"each.{index}") for index in range(2)] == [text("one"), text("two")]
    given(run.decider, *over).when(complete("each", 2, "[]")).then(completed("each", 2, "[]"), scheduled("z"))


def test_a_list_without_items_needs_nobody() -> None:
    past = story(start(ONE), begin("each"))
    given(run.decider, *past).when(complete("each", output="[]")).then(
        completed("each", output="[]"), run_completed("[]")
    )
    given(run.decider, *past).when(open_step("each", spread(0))).then(opened("each", spread(0)), scheduled("each", 2))


@pytest.mark.parametrize("count", [1_001, -1])
def test_more_than_a_thousand_items_are_refused(count: int) -> None:
    given(run.decider, *story(start(ONE), begin("each"))).when(open_step("each", spread(count))).then_rejected(
        "does not begin with Spread now", code="invalid_opening", field="opening"
    )


def test_a_failed_item_fails_the_whole_and_stops_the_others() -> None:
    past = story(start(each(2)), opens("each", spread(3)), done("each.0.a"), broken("each.1.a"))
    assert past[-3:] == (failed("each.1.a", final=True), failed("each", final=True), run_failed("each.1.a"))
    assert statuses(*past) == {
        "each": "failed",
        "each.0.a": "completed",
        "each.0.b": "cancelled",
        "each.1.a": "failed",
        "each.1.b": "cancelled",
    }


def test_a_failed_item_that_is_skipped_counts_as_over() -> None:
    node = each(1, replace(leaf("a"), on_failure="skip"))
    past = story(start(node), opens("each", spread(2)), broken("each.0.a"))
    assert past[-4:] == (
        *(failed("each.0.a", final=True), skipped("each.0.a", "policy")),
        *(scope("each", "1"), scheduled("each.1.a")),
    )


def test_a_map_in_a_map_keeps_each_item_apart() -> None:
    inner = Map(id="in", over="item", nodes=(leaf("a"),))
    past = story(start(each(2, inner)), opens("each", spread(2)), opens("each.1.in", spread(2)), done("each.1.in.1.a"))
    assert {name for name, step in state(*past).steps.items() if step.status == "scheduled"} == {
        *("each.0.in", "each.1.in.0.a")
    }


def test_a_run_has_no_more_than_so_many_steps() -> None:
    wide = each(1_000, *(leaf(f"n{number}") for number in range(7)))
    past = story(start(wide), opens("each", spread(1_000)))
    assert [type(event).__name__ for event in past[-2:]] == ["StepFailed", "Failed"]
    now: Run = state(*past)
    assert (now.status, now.code, now.detail) == ("failed", "too_many_steps", "a run has at most 5,000 steps")
    assert len(now.steps) <= MAX_STEPS
