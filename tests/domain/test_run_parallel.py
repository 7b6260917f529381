"""Stories about nodes that are done side by side, and about branches."""

import pytest

from domain import run
from domain.nodes import Arm, Branch, Parallel
from domain.run_events import Events
from domain.run_values import ArmTaken, Fork
from tests.domain.runs import (
    begin,
    begun,
    complete,
    completed,
    open_step,
    opened,
    pass_step,
    run_completed,
    scheduled,
    scope,
    skipped,
    start,
    started,
)
from tests.domain.stories import done, leaf, state, story
from tests.domain.stories import opened as opens
from tests.support.given import given

FORK = Parallel(id="fork", nodes=(leaf("a"), leaf("b"), leaf("c", "a")))
LAST = Parallel(id="fork", nodes=(leaf("a"), leaf("b", "a")), yields="last")


def test_what_is_side_by_side_begins_at_once_without_a_worker() -> None:
    given(run.decider).when(start(FORK)).then(
        started(FORK), opened("fork", Fork(), 0), scope("fork"), scheduled("fork.a"), scheduled("fork.b")
    )


def test_inside_it_needs_are_kept() -> None:
    past = story(start(FORK), begin("fork.a"))
    given(run.decider, *past).when(complete("fork.a")).then(completed("fork.a"), scheduled("fork.c"))


def test_once_all_of_it_is_over_a_worker_gathers_the_outputs() -> None:
    past = story(start(FORK, "z: fork"), done("fork.a"), done("fork.c"), begin("fork.b"))
    given(run.decider, *past).when(complete("fork.b")).then(completed("fork.b"), scheduled("fork"))
    gathering = (*past, completed("fork.b"), scheduled("fork"), begun("fork"))
    given(run.decider, *gathering).when(complete("fork", output="all")).then(
        completed("fork", output="all"), scheduled("z")
    )


def test_where_only_the_last_counts_nobody_gathers() -> None:
    past = story(start(LAST), done("fork.a"), begin("fork.b"))
    given(run.decider, *past).when(complete("fork.b", output="last")).then(
        completed("fork.b", output="last"), completed("fork", 0, "last"), run_completed("last")
    )


def test_a_condition_is_looked_at_before_anything_inside_begins() -> None:
    fork = Parallel(id="fork", nodes=(leaf("a"),), when="input", yields="last")
    given(run.decider).when(start(fork)).then(started(fork), scheduled("fork"))
    past = story(start(fork), begin("fork"))
    given(run.decider, *past).when(open_step("fork", Fork())).then(
        opened("fork", Fork()), scope("fork"), scheduled("fork.a")
    )
    given(run.decider, *past).when(pass_step("fork")).then(skipped("fork", "condition"), run_completed(""))


def test_a_step_inside_a_step_inside_a_step_ends_them_all_with_its_output() -> None:
    deep = Parallel(id="x", nodes=(Parallel(id="y", nodes=(leaf("z"),), yields="last"),), yields="last")
    past = story(start(deep), begin("x.y.z"))
    given(run.decider, *past).when(complete("x.y.z")).then(
        completed("x.y.z"), completed("x.y", 0), completed("x", 0), run_completed()
    )


WAYS = Branch(
    id="way",
    arms=(Arm("left", "input", (leaf("a"), leaf("b", "a"))), Arm("right", "input", (leaf("a"),))),
    otherwise=(leaf("c"),),
)


def test_a_worker_looks_at_the_conditions_of_a_branch() -> None:
    given(run.decider).when(start(WAYS)).then(started(WAYS), scheduled("way"))


@pytest.mark.parametrize(("arm", "first"), [("left", "a"), ("right", "a"), ("otherwise", "c")])
def test_only_the_way_that_is_taken_begins(arm: str, first: str) -> None:
    past = story(start(WAYS), begin("way"))
    given(run.decider, *past).when(open_step("way", ArmTaken(arm))).then(
        opened("way", ArmTaken(arm)), scope("way", arm), scheduled(f"way.{arm}.{first}")
    )
    assert state(*past, *story_of(arm)).steps.keys() == {"way", *inside(arm)}


def story_of(arm: str) -> tuple[Events, ...]:
    return story(start(WAYS), opens("way", ArmTaken(arm)))[3:]


def inside(arm: str) -> set[str]:
    return {"left": {"way.left.a", "way.left.b"}, "right": {"way.right.a"}, "otherwise": {"way.otherwise.c"}}[arm]


def test_a_branch_comes_to_what_its_way_comes_to() -> None:
    past = story(start(WAYS, "z: way"), opens("way", ArmTaken("left")), done("way.left.a"), begin("way.left.b"))
    given(run.decider, *past).when(complete("way.left.b", output="end")).then(
        completed("way.left.b", output="end"), completed("way", output="end"), scheduled("z")
    )


def test_a_branch_without_a_way_comes_to_nothing() -> None:
    given(run.decider, *story(start(WAYS, "z: way"), begin("way"))).when(pass_step("way")).then(
        skipped("way", "condition"), scheduled("z")
    )


@pytest.mark.parametrize("arm", ["up", ""])
def test_a_way_that_there_is_not_is_not_taken(arm: str) -> None:
    past = story(start(WAYS), begin("way"))
    given(run.decider, *past).when(open_step("way", ArmTaken(arm))).then_rejected(
        "does not begin with ArmTaken now", code="invalid_opening", field="opening"
    )
    without = story(start(Branch(id="way", arms=WAYS.arms)), begin("way"))
    given(run.decider, *without).when(open_step("way", ArmTaken("otherwise"))).then_rejected(
        "does not begin", code="invalid_opening", field="opening"
    )


def test_opening_a_step_again_changes_nothing_and_opening_it_otherwise_is_too_late() -> None:
    past = story(start(WAYS), opens("way", ArmTaken("left")))
    given(run.decider, *past).when(open_step("way", ArmTaken("left"))).then_nothing()
    given(run.decider, *past).when(open_step("way", ArmTaken("right"))).then_rejected(
        "the step is open at attempt 1", code="step_superseded"
    )


def test_a_skipped_step_counts_as_done_for_those_that_need_it() -> None:
    past = story(start("a", "b", "c: a b"), begin("a"), begin("b"), pass_step("a"))
    given(run.decider, *past).when(complete("b")).then(completed("b"), scheduled("c"))
    given(run.decider, *past).when(pass_step("a")).then_nothing()
