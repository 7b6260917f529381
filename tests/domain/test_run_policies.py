"""Stories about what a workflow says of failures: go on without it, do something else, or undo what was done."""

from domain import run
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import Arm, Branch, Loop, Map, Parallel, Retry
from domain.run_events import Events
from domain.run_values import ArmTaken, Spread, Turn
from tests.domain.runs import (
    begin,
    begin_call,
    call_in_doubt,
    complete,
    completed,
    fail,
    failed,
    lose,
    retried,
    retry,
    run_failed,
    scheduled,
    scope,
    skip,
    skipped,
    start,
    text,
)
from tests.domain.stories import at, broken, done, later, leaf, opened, state, statuses, story
from tests.support.given import given

SKIPPED = replace(leaf("a"), on_failure="skip", retry=Retry(attempts=2, first_delay_seconds=5.0))


def test_what_is_skipped_on_failure_is_tried_as_often_as_it_may_first() -> None:
    past = story(start(SKIPPED, "z: a"), begin("a"))
    given(run.decider, *past).when(fail("a")).then(failed("a"), scheduled("a", 2, later(5)))
    second = story(start(SKIPPED, "z: a"), begin("a"), fail("a"), begin("a", 2))
    given(run.decider, *second).when(fail("a", 2)).then(
        failed("a", 2, final=True), skipped("a", "policy", 2), scheduled("z")
    )


def test_a_run_goes_on_without_what_is_skipped_and_says_why_it_failed() -> None:
    past = story(start(SKIPPED), broken("a"))
    assert past[-1] == fact.Completed(None)
    step = state(*past).steps["a"]
    assert (step.status, step.output, step.code) == ("skipped", None, "model_timeout")


def test_what_is_lost_too_often_is_skipped_too() -> None:
    node = replace(leaf("a"), on_failure="skip")
    losing = [wish for attempt in range(1, 11) for wish in (begin("a", attempt), lose("a", attempt))]
    assert state(*story(start(node), *losing)).steps["a"].status == "skipped"


FALLING = replace(leaf("a"), on_failure="fall_back", fall_back=(leaf("b"), leaf("c", "b")))
FELL = story(start(FALLING, "z: a"), broken("a"))


def test_something_else_is_done_instead_of_what_has_failed() -> None:
    assert FELL[-3:] == (failed("a", final=True), scope("a", "fall-back"), scheduled("a.fall-back.b"))
    assert statuses(*FELL)["a"] == "open"
    given(run.decider, *FELL).when(begin("a", 1)).then_rejected("the step is open", code="step_superseded")


def test_what_was_done_instead_is_what_the_step_comes_to() -> None:
    past = story(start(FALLING, "z: a"), broken("a"), done("a.fall-back.b"), begin("a.fall-back.c"))
    given(run.decider, *past).when(complete("a.fall-back.c", output="instead")).then(
        completed("a.fall-back.c", output="instead"), completed("a", output="instead"), scheduled("z")
    )


def test_where_that_fails_too_the_step_has_failed() -> None:
    past = story(start(FALLING, "z: a"), broken("a"), begin("a.fall-back.b"))
    given(run.decider, *past).when(fail("a.fall-back.b", retryable=False)).then(
        failed("a.fall-back.b", final=True), failed("a", final=True), run_failed("a.fall-back.b")
    )
    assert statuses(*story(start(FALLING), broken("a"), broken("a.fall-back.b")))["a.fall-back.c"] == "cancelled"


def test_retrying_what_fell_back_tries_what_is_done_instead_again() -> None:
    past = story(start(FALLING), broken("a"), broken("a.fall-back.b"))
    given(run.decider, *past).when(retry("a.fall-back.b")).then(
        retried("a"), retried("a.fall-back.b"), scheduled("a.fall-back.b", 2)
    )
    again = story(start(FALLING), broken("a"), broken("a.fall-back.b"), retry("a"), done("a.fall-back.b", attempt=2))
    assert statuses(*again) == {"a": "open", "a.fall-back.b": "completed", "a.fall-back.c": "scheduled"}


def test_a_list_falls_back_as_a_whole_and_what_was_begun_in_it_is_stopped() -> None:
    node = Map(id="m", over="input", nodes=(leaf("x"),), on_failure="fall_back", fall_back=(leaf("b"),))
    past = story(start(node), opened("m", Spread(text("items"), 5)), broken("m.2.x"))
    assert past[-4:] == (
        *(failed("m.2.x", final=True), failed("m", final=True)),
        *(scope("m", "fall-back"), scheduled("m.fall-back.b")),
    )
    whole = story(start(node), opened("m", Spread(text("items"), 5)), broken("m.2.x"), done("m.fall-back.b", "b"))
    assert whole[-2:] == (completed("m", output="b"), fact.Completed(text("b")))


def test_a_branch_and_a_loop_fall_back_too() -> None:
    way = Branch(id="w", arms=(Arm("x", "input", (leaf("a"),)),), on_failure="fall_back", fall_back=(leaf("b"),))
    assert state(*story(start(way), opened("w", ArmTaken("x")), broken("w.x.a"), done("w.fall-back.b"))).status == (
        "completed"
    )
    loop = Loop(id="l", nodes=(leaf("a"),), until="last", most=2, on_failure="fall_back", fall_back=(leaf("b"),))
    past = story(start(loop), opened("l", Turn(0)), broken("l.0.a"), done("l.fall-back.b", "b"))
    assert past[-2:] == (completed("l", output="b"), fact.Completed(text("b")))


def test_what_was_given_up_is_never_retried() -> None:
    node = Map(id="m", over="input", nodes=(leaf("x"),), on_failure="fall_back", fall_back=(leaf("b"),))
    skipping = Parallel(id="p", nodes=(leaf("y"),), on_failure="skip")
    failing = (opened("m", Spread(text("items"), 2)), broken("m.1.x"), broken("p.y"), broken("m.fall-back.b"))
    past = story(start(node, skipping), *failing)
    for given_up in ("m.1.x", "p.y"):
        for wish in (retry(given_up), skip(given_up)):
            given(run.decider, *past).when(wish).then_rejected(
                f"the run went on without step '{given_up}', so it is not done again", code="not_needed"
            )
    given(run.decider, *past).when(retry("m")).then(
        retried("m"), retried("m.fall-back.b"), scheduled("m.fall-back.b", 2)
    )
    assert {name: status for name, status in statuses(*past).items() if status == "failed"}.keys() == {
        *("m", "m.1.x", "p.y", "m.fall-back.b")
    }


DEEP = Parallel(id="x", nodes=(Parallel(id="y", nodes=(leaf("a"), leaf("b"))), leaf("c")))


def test_a_failure_inside_goes_up_until_somebody_knows_what_to_do() -> None:
    past = story(start(DEEP), begin("x.y.b"), begin_call("x.y.b"), begin("x.y.a"))
    given(run.decider, *past).when(fail("x.y.a", retryable=False)).then(
        failed("x.y.a", final=True),
        *(call_in_doubt("x.y.b"), fact.StepFailed("x.y", 0, "model_timeout", "no answer", final=True)),
        fact.StepFailed("x", 0, "model_timeout", "no answer", final=True),
        run_failed("x.y.a"),
    )


def test_it_goes_up_no_further_than_to_what_is_skipped() -> None:
    outer = replace(DEEP, nodes=(replace(DEEP.nodes[0], on_failure="skip"), DEEP.nodes[1]))
    past = story(start(outer), broken("x.y.a"))
    assert past[-1] == skipped("x.y", "policy", 0)
    assert statuses(*past) == {
        "x": "open",
        "x.y": "skipped",
        "x.c": "scheduled",
        "x.y.a": "failed",
        "x.y.b": "cancelled",
    }


def test_after_a_retry_inside_what_was_stopped_goes_on_and_what_was_done_stays() -> None:
    past: tuple[Events, ...] = story(start(DEEP), done("x.c"), begin("x.y.b"), broken("x.y.a"))
    assert statuses(*past)["x.y.b"] == "cancelled"
    given(run.decider, *past).when(retry("x.y.a")).then(
        *(retried(name) for name in ("x", "x.y", "x.y.a")), scheduled("x.y.a", 2), scheduled("x.y.b", 2)
    )
    assert run.decide(retry("x"), state(*past), at(0)) == run.decide(retry("x.y.a"), state(*past), at(0))
    again = (retry("x.y.a"), done("x.y.a", attempt=2), done("x.y.b", attempt=2), done("x.y"), done("x"))
    assert state(*story(start(DEEP), done("x.c"), begin("x.y.b"), broken("x.y.a"), *again)).status == "completed"
