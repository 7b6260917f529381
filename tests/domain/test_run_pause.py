"""Stories about pausing a run, and about going on without a step."""

import pytest

from domain import run
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import AnyNode, Loop, Map, Parallel
from domain.run_commands import (
    CancelRun,
    Commands,
    PassStep,
    PauseRun,
    ResumeRun,
    SuspendStep,
    WakeRun,
)
from domain.run_values import ForTime, Spread, Turn
from tests.domain.runs import (
    begin,
    begin_call,
    call_in_doubt,
    complete,
    completed,
    fail,
    failed,
    lose,
    lost,
    opened,
    retried,
    retry,
    run_completed,
    run_failed,
    scheduled,
    scope,
    skip,
    skipped,
    start,
    text,
)
from tests.domain.stories import at, broken, done, leaf, state, statuses, story
from tests.domain.stories import opened as opens
from tests.support.given import given

PAUSED, RESUMED = fact.Paused("lunch"), fact.Resumed()
PAIR = story(start("a", "b", "c: a"), begin("a"))


def test_a_pause_says_why_and_begins_nothing_more() -> None:
    given(run.decider, *PAIR).when(PauseRun("lunch")).then(PAUSED)
    given(run.decider, *PAIR, PAUSED).when(PauseRun("again")).then_nothing()
    assert statuses(*PAIR, PAUSED) == {"a": "running", "b": "waiting", "c": "waiting"}
    given(run.decider, *PAIR, PAUSED).when(begin("b")).then_rejected("is waiting", code="step_superseded")


def test_what_is_under_way_may_end_and_nothing_follows_until_the_run_goes_on() -> None:
    given(run.decider, *PAIR, PAUSED).when(complete("a")).then(completed("a"))
    given(run.decider, *PAIR, PAUSED, completed("a")).when(ResumeRun()).then(RESUMED, scheduled("b", 2), scheduled("c"))


def test_what_fails_or_is_lost_meanwhile_is_tried_again_once_the_run_goes_on() -> None:
    for wish, end in ((fail("a"), failed("a")), (lose("a"), lost("a"))):
        given(run.decider, *PAIR, PAUSED).when(wish).then(end)
        given(run.decider, *PAIR, PAUSED, end).when(ResumeRun()).then(RESUMED, scheduled("a", 2), scheduled("b", 2))


def test_what_fails_for_good_meanwhile_fails_the_run() -> None:
    given(run.decider, *PAIR, PAUSED).when(fail("a", retryable=False)).then(failed("a", final=True), run_failed("a"))


def test_a_run_whose_last_step_ended_during_the_pause_is_completed_as_it_goes_on() -> None:
    past = (*story(start("a"), begin("a"), PauseRun()), completed("a"))
    given(run.decider, *past).when(ResumeRun()).then(RESUMED, run_completed())


@pytest.mark.parametrize(
    ("status", "end"), [("completed", done("a")), ("failed", broken("a")), ("cancelled", (CancelRun(),))]
)
def test_what_is_over_is_neither_paused_nor_resumed(status: str, end: tuple[Commands, ...]) -> None:
    past = story(start("a"), end)
    given(run.decider, *past).when(PauseRun()).then_rejected(f"cannot pause the run: the run is {status}")
    given(run.decider, *past).when(ResumeRun()).then_rejected(f"cannot resume the run: the run is {status}")


def test_resuming_what_goes_on_changes_nothing() -> None:
    given(run.decider, *PAIR).when(ResumeRun()).then_nothing()


EVERYTHING: tuple[AnyNode, ...] = (
    Parallel(id="p", nodes=(leaf("x"), leaf("y", "x"))),
    Map(id="m", over="input", nodes=(leaf("x"),), limit=1, needs=("p",)),
    Loop(id="l", nodes=(leaf("x"),), until="last", most=2, needs=("m",)),
    replace(leaf("f", "l"), on_failure="fall_back", fall_back=(leaf("x"),)),
    replace(leaf("s", "f"), when="input"),
)
LIFE: tuple[Commands, ...] = (
    *(*done("p.x"), *done("p.y"), *done("p")),
    *(*opens("m", Spread(text("items"), 2)), *done("m.0.x"), *done("m.1.x"), *done("m", attempt=2)),
    *(*opens("l", Turn(0)), *done("l.0.x"), *opens("l", Turn(1), 2), *done("l.1.x"), *done("l", attempt=3)),
    *(*broken("f"), *done("f.fall-back.x"), begin("s"), PassStep("s", 1)),
)


@pytest.mark.parametrize("moment", range(len(LIFE) + 1))
def test_a_pause_at_any_moment_changes_nothing_of_what_a_run_comes_to(moment: int) -> None:
    now = state(*story(start(*EVERYTHING), *LIFE[:moment]))
    undisturbed = state(*story(start(*EVERYTHING), *LIFE))
    if now.status == "running":
        for wish in (PauseRun(), ResumeRun()):
            now = run.decider.fold(run.decide(wish, now, at(0)), now)
    for command in LIFE[moment:]:
        attempt = now.steps[getattr(command, "step", "")].attempt
        now = run.decider.fold(run.decide(replace(command, attempt=attempt), now, at(0)), now)
    assert now.status == undisturbed.status == "completed"
    assert {name: (step.status, step.output) for name, step in now.steps.items()} == {
        name: (step.status, step.output) for name, step in undisturbed.steps.items()
    }


@pytest.mark.parametrize("moment", range(1, len(LIFE)))
def test_what_ends_during_a_pause_is_gone_on_with_after_it(moment: int) -> None:
    before = state(*story(start(*EVERYTHING), *LIFE[:moment]))
    if not any(step.status == "running" for step in before.steps.values()):
        return
    now = run.decider.fold(run.decide(PauseRun(), before, at(0)), before)
    now = run.decider.fold(run.decide(LIFE[moment], now, at(0)), now)
    assert not any(step.status == "scheduled" for step in now.steps.values())
    now = run.decider.fold(run.decide(ResumeRun(), now, at(0)), now)
    undisturbed = state(*story(start(*EVERYTHING), *LIFE[: moment + 1]))
    assert {name: step.status for name, step in now.steps.items()} == {
        name: step.status for name, step in undisturbed.steps.items()
    }


def test_what_was_to_be_gathered_is_gathered_once_the_run_goes_on() -> None:
    past = (*story(start(Parallel(id="p", nodes=(leaf("x"),))), done("p.x")), PAUSED)
    given(run.decider, *past).when(ResumeRun()).then(RESUMED, scheduled("p", 2))


def test_a_loop_that_a_pause_and_a_failure_beside_it_held_up_goes_on_after_a_retry() -> None:
    node = Parallel(id="p", nodes=(Loop(id="l", nodes=(leaf("x"),), most=3), leaf("y")))
    held_up = (opens("p.l", Turn(0)), begin("p.l.0.x"), begin("p.y"), PauseRun(), complete("p.l.0.x"))
    past = story(start(node), *held_up, fail("p.y", retryable=False))
    given(run.decider, *past).when(retry("p.y")).then(
        *(retried("p"), retried("p.y"), scheduled("p.y", 2)),
        *(opened("p.l", Turn(1)), scope("p.l", "1"), scheduled("p.l.1.x")),
    )


def test_a_person_goes_on_without_a_step() -> None:
    past = story(start("a", "b: a"), begin("a"), begin_call("a"))
    given(run.decider, *past).when(skip("a")).then(call_in_doubt("a"), skipped("a", "person"), scheduled("b"))
    given(run.decider, *past).when(skip("a", "mine")).then(
        call_in_doubt("a"), skipped("a", "person", output="mine"), scheduled("b")
    )
    after = (*past, call_in_doubt("a"), skipped("a", "person"), scheduled("b"))
    given(run.decider, *after).when(skip("a")).then_rejected("step 'a' is skipped")
    given(run.decider, *after).when(complete("a")).then_rejected("is skipped", code="step_superseded")


def test_a_step_may_be_skipped_before_it_is_its_turn() -> None:
    past = story(start("a", "b: a"), skip("b"), begin("a"))
    given(run.decider, *past).when(complete("a")).then(completed("a"), fact.Completed(None))


def test_skipping_a_step_stops_all_that_is_inside_it() -> None:
    node = Parallel(id="p", nodes=(leaf("x"), leaf("y")))
    past = story(start(node, "z: p"), begin("p.x"))
    given(run.decider, *past).when(skip("p", "mine")).then(skipped("p", "person", 0, output="mine"), scheduled("z"))
    after = (*past, skipped("p", "person", 0, output="mine"))
    assert statuses(*after) == {"p": "skipped", "z": "waiting", "p.x": "cancelled", "p.y": "cancelled"}
    given(run.decider, *after).when(skip("p.x")).then_rejected("step 'p.x' is cancelled")


def test_skipping_what_failed_takes_the_run_up_again() -> None:
    past = story(
        start("a", "b", "c: a"), begin("b"), begin("a"), fail("a", retryable=False), fail("b", retryable=False)
    )
    given(run.decider, *past).when(skip("a", "mine")).then(
        *(retried("a"), retried("b"), skipped("a", "person", output="mine")), scheduled("b", 2), scheduled("c")
    )


def test_skipping_what_failed_deep_inside_takes_up_all_around_it() -> None:
    node = Parallel(id="p", nodes=(leaf("x"), leaf("y")), yields="last")
    past = story(start(node), done("p.y"), broken("p.x"))
    given(run.decider, *past).when(skip("p.x")).then(
        *(retried("p"), retried("p.x"), skipped("p.x", "person")),
        completed("p", 0, "from p.y"),
        run_completed("from p.y"),
    )


def test_waking_a_run_with_nothing_due_changes_nothing() -> None:
    for past in (PAIR, (*PAIR, PAUSED), story(start("a"), broken("a")), story(start("a"), done("a"))):
        given(run.decider, *past).when(WakeRun(), at(1e6)).then_nothing()


def test_a_step_of_an_agent_does_not_wait_for_a_moment() -> None:
    given(run.decider, *PAIR).when(SuspendStep("a", 1, ForTime())).then_rejected(
        "is not one that waits ForTime", code="invalid_wait", field="waits"
    )
