"""Stories about workers who end a step and go on with the next without the queue."""

from domain import run
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import Parallel
from domain.run_commands import (
    CompleteStep,
    Onward,
    PassStep,
)
from domain.run_events import Events
from domain.run_values import Fork
from tests.domain.runs import (
    LEASE,
    OTHER_LEASE,
    begin,
    begun,
    complete,
    completed,
    open_step,
    opened,
    run_completed,
    scheduled,
    scope,
    skipped,
    start,
    text,
)
from tests.domain.stories import leaf, state, story
from tests.support.given import AT, given

ONWARD = Onward(LEASE, 2)


def taken(step: str) -> tuple[Events, ...]:
    return fact.StepScheduled(step, 1, AT, taken=True), begun(step)


def test_whoever_ends_a_step_takes_what_becomes_ready_as_far_as_it_wants() -> None:
    past = story(start("a", "b: a", "c: a", "d: a"), begin("a"))
    output = text("output")
    given(run.decider, *past).when(CompleteStep("a", 1, output, ONWARD)).then(
        completed("a"), *taken("b"), *taken("c"), scheduled("d")
    )
    given(run.decider, *past).when(CompleteStep("a", 1, output, Onward(LEASE, 0))).then(
        completed("a"), *(scheduled(name) for name in "bcd")
    )
    given(run.decider, *past).when(PassStep("a", 1, ONWARD)).then(
        skipped("a", "condition"), *taken("b"), *taken("c"), scheduled("d")
    )


def test_what_was_taken_is_under_way_under_the_same_lease() -> None:
    past = story(start("a", "b: a"), begin("a"), CompleteStep("a", 1, text("output"), ONWARD))
    step = state(*past).steps["b"]
    assert (step.status, step.attempt, step.lease) == ("running", 1, LEASE)
    given(run.decider, *past).when(begin("b")).then_nothing()
    given(run.decider, *past).when(begin("b", lease=OTHER_LEASE)).then_rejected("another worker", code="step_taken")
    given(run.decider, *past).when(CompleteStep("a", 1, text("output"), ONWARD)).then_nothing()
    given(run.decider, *past).when(complete("b")).then(completed("b"), run_completed())


def test_nothing_is_taken_from_a_run_that_does_not_go_on() -> None:
    past = (*story(start("a", "b: a"), begin("a")), fact.Paused())
    given(run.decider, *past).when(CompleteStep("a", 1, text("output"), ONWARD)).then(completed("a"))


def test_what_begins_inside_a_step_may_be_taken() -> None:
    node = Parallel(id="p", nodes=(leaf("x"),), when="input")
    given(run.decider, *story(start(node), begin("p"))).when(replace(open_step("p", Fork()), onward=ONWARD)).then(
        opened("p", Fork()), scope("p"), *taken("p.x")
    )
